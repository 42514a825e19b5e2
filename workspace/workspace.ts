import type { DaytonaLanguage } from "./languages";

/** The states of a workspace. Only `running`, `stopped`, `error` and `deleted` may last. */
export type WorkspaceStatus = "pending" | "starting" | "running" | "stopped" | "error" | "deleting" | "deleted";

/** A workspace as its owner sees it. */
export interface Workspace {
  id: string;
  projectId: string;
  language: DaytonaLanguage;
  status: WorkspaceStatus;
  /** Why the last change of status happened. */
  statusReason: string | null;
  /** The fixed reason of an `error`. */
  errorReason: string | null;
  /** `development`: made without a Daytona key, so there is no sandbox. */
  mode: "development" | "daytona";
  daytonaSandboxId: string | null;
  createdAt: string;
  updatedAt: string;
}

/** Where the project's files are in the sandbox, relative to its working folder. */
export const PROJECT_FOLDER = "project";

/** The sandbox's name: the same for every attempt, so that a repeated create cannot make a second one. */
export function sandboxName(workspaceId: string): string {
  return `vaporform-${workspaceId}`;
}
