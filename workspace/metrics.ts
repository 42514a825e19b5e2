import { Counter, CounterGroup } from "encore.dev/metrics";
import type { Workspace } from "./workspace";

interface Transition {
  from: string;
  to: string;
  /** A word of docs/errors.md for what ended in `error`; `none` for the rest. */
  reason: string;
}

/** Changes of workspaces' status, by workers and by what was seen in Daytona. */
const workspaceTransitions = new CounterGroup<Transition>("workspace_transitions");

/** Workspaces that came up, and the milliseconds from `starting` to `running` of all of them; divided, the mean. */
const workspacesProvisioned = new Counter("workspaces_provisioned");
const provisioningMilliseconds = new Counter("provisioning_milliseconds");

/** Calls of Daytona's API that failed. */
export const daytonaFailures = new CounterGroup<{ reason: string }>("daytona_failures");

type Seen = Pick<Workspace, "status" | "statusSince" | "errorReason">;

/** Counts a change of status; of one that came up also how long it took, by the database's clock. */
export function noteTransition(before: Seen, after: Seen): void {
  const { status: from } = before;
  const { status: to } = after;
  if (from === to) return;
  workspaceTransitions.with({ from, to, reason: after.errorReason ?? "none" }).increment();
  if (from !== "starting" || to !== "running") return;
  workspacesProvisioned.increment();
  provisioningMilliseconds.increment(Math.max(0, Date.parse(after.statusSince) - Date.parse(before.statusSince)));
}
