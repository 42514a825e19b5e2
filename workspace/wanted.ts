import { DEADLINE_MINUTES } from "./state-machine";
import { COLUMNS, oneWorkspace, type WorkItem } from "./workspace-store";

// What a user asks for. Each is one statement: it says what is wanted, moves the status where that is plain at once, and makes
// the row due. None needs the lease: by `wanted_version` the worker on the row learns that it has not seen the last of it.

const ASKED = `wanted_version = wanted_version + 1, replacements = 0, attempts = 0, next_attempt_at = now(), updated_at = now()`;

/** Brings the workspace to `starting` where `condition` holds; $2 is the reason, $3 the deadline in minutes. */
function startingWhere(condition: string): string {
  const then = (column: string, value: string) => `${column} = CASE WHEN ${condition} THEN ${value} ELSE ${column} END`;
  return [
    then("status", "'starting'"),
    then("status_reason", "$2"),
    then("error_reason", "NULL"),
    then("deadline_at", "now() + make_interval(mins => $3::int)"),
  ].join(", ");
}

const WITHOUT_SANDBOX = "(status = 'running' AND daytona_sandbox_id IS NULL)";

/** Null when the workspace is being deleted. */
export async function wantRunning(id: string, reason: string): Promise<WorkItem | null> {
  return await oneWorkspace(
    `UPDATE workspaces SET ${ASKED}, wanted = 'running', mode = 'daytona',
       ${startingWhere(`status IN ('stopped', 'error') OR ${WITHOUT_SANDBOX}`)}
     WHERE id = $1::uuid AND wanted <> 'deleted' RETURNING ${COLUMNS}`,
    id,
    reason,
    DEADLINE_MINUTES.starting,
  );
}

/** As `wantRunning`, but the sandbox is stopped first. */
export async function wantRestarted(id: string, reason: string): Promise<WorkItem | null> {
  return await oneWorkspace(
    `UPDATE workspaces SET ${ASKED}, wanted = 'running', mode = 'daytona', restart_due = daytona_sandbox_id IS NOT NULL,
       ${startingWhere("status IN ('running', 'stopped', 'error')")}
     WHERE id = $1::uuid AND wanted <> 'deleted' RETURNING ${COLUMNS}`,
    id,
    reason,
    DEADLINE_MINUTES.starting,
  );
}

/** Null when the workspace is being deleted. The status follows when the sandbox has stopped. */
export async function wantStopped(id: string): Promise<WorkItem | null> {
  return await oneWorkspace(
    `UPDATE workspaces SET ${ASKED}, wanted = 'stopped', restart_due = false
     WHERE id = $1::uuid AND wanted <> 'deleted' RETURNING ${COLUMNS}`,
    id,
  );
}

/** From any state. Null when it was asked for already. */
export async function wantDeleted(id: string, reason: string): Promise<WorkItem | null> {
  return await oneWorkspace(
    `UPDATE workspaces SET ${ASKED}, wanted = 'deleted', status = 'deleting', status_reason = $2, error_reason = NULL,
       deadline_at = now() + make_interval(mins => $3::int)
     WHERE id = $1::uuid AND wanted <> 'deleted' RETURNING ${COLUMNS}`,
    id,
    reason,
    DEADLINE_MINUTES.deleting,
  );
}
