import { DomainError } from "../platform/errors";
import type { Sandbox } from "./sandboxes";
import { sandboxName } from "./workspace";
import type { WorkItem } from "./workspace-store";

/** Whose sandboxes are ours: an environment never touches another's, nor one installation those of its neighbour. */
export interface Identity {
  environment: string;
  installation: string;
}

/** What all of our sandboxes carry. */
export function commonLabels({ environment, installation }: Identity): Record<string, string> {
  return { vaporform: environment, "vaporform-installation": installation };
}

export const WORKSPACE_LABEL = "vaporform-workspace";

type Named = Pick<WorkItem, "id" | "projectId" | "sandboxGeneration">;

export function labelsOf({ id, projectId }: Named, identity: Identity): Record<string, string> {
  return { ...commonLabels(identity), [WORKSPACE_LABEL]: id, "vaporform-project": projectId };
}

export function nameOf({ id, sandboxGeneration }: Named): string {
  return sandboxName({ id, generation: sandboxGeneration });
}

export function isOurs(sandbox: Sandbox, labels: Record<string, string>): boolean {
  return Object.entries(labels).every(([name, value]) => sandbox.labels[name] === value);
}

/** Throws `daytona_name_taken` for a sandbox that has the workspace's name and is not the workspace's. */
export function requireOurs(sandbox: Sandbox, item: Named, identity: Identity): Sandbox {
  if (isOurs(sandbox, labelsOf(item, identity))) return sandbox;
  throw new DomainError("daytona_name_taken", `the sandbox ${sandbox.id} has the workspace's name and other labels`);
}

/** Whether nothing is left of it, or will be left soon. */
export function isGone(sandbox: Sandbox | null): boolean {
  return sandbox === null || sandbox.state === "destroying" || sandbox.state === "destroyed";
}
