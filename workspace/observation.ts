import { noteTransition } from "./metrics";
import { isGone } from "./sandbox-identity";
import type { Sandbox, SandboxState } from "./sandboxes";
import { DEADLINE_MINUTES } from "./state-machine";
import { workspaceUpdates } from "./updates";
import { COLUMNS, oneWorkspace, type WorkItem } from "./workspace-store";

/** What a look at the sandbox tells of a workspace that was thought to be settled. */
interface Correction {
  /** `starting` has a worker do what is left to do. */
  status: "starting" | "running" | "stopped" | "error";
  reason: string;
  errorReason?: "daytona_sandbox_missing" | "daytona_sandbox_failed";
}

/** Whether the state passes by itself: until it has, a row agrees with it. */
export function isUnderWay(state: SandboxState): boolean {
  return state === "creating" || state === "starting" || state === "stopping" || state === "changing";
}

/** Null when the row agrees with the sandbox, and while the sandbox changes its state. */
function correctionFor({ status, daytonaSandboxId, filesSent }: WorkItem, sandbox: Sandbox | null): Correction | null {
  if (sandbox === null || isGone(sandbox)) {
    return {
      status: "error",
      reason: `the sandbox ${daytonaSandboxId} was removed in Daytona; start the workspace to get a new one`,
      errorReason: "daytona_sandbox_missing",
    };
  }
  switch (sandbox.state) {
    case "started":
      if (status === "running") return null;
      return filesSent
        ? { status: "running", reason: "the sandbox was started in Daytona" }
        : { status: "starting", reason: "the sandbox was started in Daytona, and has no files yet" };
    case "stopped":
    case "archiving":
    case "archived":
      return status === "stopped"
        ? null
        : { status: "stopped", reason: `Daytona ${sandbox.state} the sandbox; it is started again when it is used` };
    case "error":
      return {
        status: "error",
        reason: `Daytona: ${sandbox.errorReason ?? "the sandbox is in an error state and no reason is given"}`,
        errorReason: "daytona_sandbox_failed",
      };
    default:
      return null;
  }
}

/** Whether the workspace is settled and has a sandbox: only then its row is to agree with what Daytona says. */
export function isObservable({ status, daytonaSandboxId, due }: WorkItem): boolean {
  return daytonaSandboxId !== null && !due && (status === "running" || status === "stopped");
}

/**
 * Corrects the row by what was seen of its sandbox; gives the row as it then is, or null when somebody was at it meanwhile.
 * What Daytona did by itself becomes what is wanted: an idle sandbox is not started again until it is used.
 */
export async function noteObservation(item: WorkItem, sandbox: Sandbox | null): Promise<WorkItem | null> {
  const correction = correctionFor(item, sandbox);
  const unchanged = `id = $1::uuid AND wanted_version = $2::bigint AND lease_generation = $3::bigint AND next_attempt_at IS NULL`;
  const seen = [item.id, item.wantedVersion, item.leaseGeneration] as const;
  if (correction === null) {
    return await oneWorkspace(
      `UPDATE workspaces SET checked_at = now() WHERE ${unchanged} RETURNING ${COLUMNS}`,
      ...seen,
    );
  }
  const { status, reason, errorReason } = correction;
  const gone = errorReason === "daytona_sandbox_missing";
  const corrected = await oneWorkspace(
    `UPDATE workspaces SET checked_at = now(), updated_at = now(), lease_generation = lease_generation + 1,
       status = $4, status_reason = $5, error_reason = $6,
       wanted = CASE $4 WHEN 'error' THEN wanted WHEN 'starting' THEN 'running' ELSE $4 END,
       deadline_at = now() + make_interval(mins => $8::int),
       next_attempt_at = CASE WHEN $4 = 'starting' THEN now() END,
       daytona_sandbox_id = CASE WHEN $7 THEN NULL ELSE daytona_sandbox_id END, files_sent = files_sent AND NOT $7
     WHERE ${unchanged} RETURNING ${COLUMNS}`,
    ...seen,
    status,
    reason,
    errorReason ?? null,
    gone,
    DEADLINE_MINUTES[status],
  );
  if (corrected === null) return null;
  noteTransition(item, corrected);
  workspaceUpdates.announce(item.id);
  return corrected;
}
