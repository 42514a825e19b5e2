import { db } from "../database";
import type { DaytonaLanguage } from "./languages";
import type { Workspace } from "./workspace";

interface WorkspaceRow extends Omit<Workspace, "createdAt" | "updatedAt"> {
  createdAt: Date;
  updatedAt: Date;
  filesSent: boolean;
  attempts: number;
  overdue: boolean;
}

/** A workspace with what only the worker needs to know. */
export interface WorkItem extends Workspace {
  filesSent: boolean;
  attempts: number;
  /** The state's deadline has passed. */
  overdue: boolean;
}

const COLUMNS = `id, project_id AS "projectId", language, status, status_reason AS "statusReason",
  error_reason AS "errorReason", mode, daytona_sandbox_id AS "daytonaSandboxId", files_sent AS "filesSent", attempts,
  COALESCE(deadline_at < now(), false) AS overdue, created_at AS "createdAt", updated_at AS "updatedAt"`;

function toWorkItem(row: WorkspaceRow): WorkItem {
  return { ...row, createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString() };
}

export function toWorkspace(item: WorkItem): Workspace {
  const { id, projectId, language, status, statusReason, errorReason, mode, daytonaSandboxId, createdAt, updatedAt } =
    item;
  return { id, projectId, language, status, statusReason, errorReason, mode, daytonaSandboxId, createdAt, updatedAt };
}

async function one(sql: string, ...params: (string | string[] | number | null)[]): Promise<WorkItem | null> {
  const row = await db.rawQueryRow<WorkspaceRow>(sql, ...params);
  return row === null ? null : toWorkItem(row);
}

export interface NewWorkspace {
  projectId: string;
  language: DaytonaLanguage;
  mode: Workspace["mode"];
}

/** Null when the project has a living workspace already. */
export async function insertWorkspace({ projectId, language, mode }: NewWorkspace): Promise<WorkItem | null> {
  // Nothing has to be done for one in development mode, so it is running from the start.
  return await one(
    `INSERT INTO workspaces (project_id, language, mode, status, status_reason, next_attempt_at)
     VALUES ($1::uuid, $2, $3, CASE WHEN $3 = 'development' THEN 'running' ELSE 'pending' END,
       CASE WHEN $3 = 'development' THEN 'development mode: DaytonaAPIKey is not set' ELSE 'created' END,
       CASE WHEN $3 = 'development' THEN NULL ELSE now() END)
     ON CONFLICT (project_id) WHERE status <> 'deleted' DO NOTHING RETURNING ${COLUMNS}`,
    projectId,
    language,
    mode,
  );
}

export async function findWorkspace(id: string): Promise<WorkItem | null> {
  return await one(`SELECT ${COLUMNS} FROM workspaces WHERE id = $1::uuid AND status <> 'deleted'`, id);
}

export async function findProjectWorkspace(projectId: string): Promise<WorkItem | null> {
  return await one(`SELECT ${COLUMNS} FROM workspaces WHERE project_id = $1::uuid AND status <> 'deleted'`, projectId);
}

/** A worker that is silent for this long has died. */
const LEASE_SECONDS = 10;

/** Takes the row to work on it; null when there is nothing to do, or somebody else has it. */
export async function claim(id: string): Promise<WorkItem | null> {
  return await one(
    `UPDATE workspaces SET lease_until = now() + make_interval(secs => $2::int)
     WHERE id = $1::uuid AND status IN ('pending', 'starting', 'deleting') AND (lease_until IS NULL OR lease_until < now())
     RETURNING ${COLUMNS}`,
    id,
    LEASE_SECONDS,
  );
}

export async function renewLease(id: string): Promise<void> {
  await db.exec`UPDATE workspaces SET lease_until = now() + make_interval(secs => ${LEASE_SECONDS}::int) WHERE id = ${id}::uuid`;
}

export async function releaseLease(id: string): Promise<void> {
  await db.exec`UPDATE workspaces SET lease_until = NULL WHERE id = ${id}::uuid`;
}

export const RENEW_EVERY_MS = (LEASE_SECONDS * 1000) / 3;

/** Whether work on the row is wanted and only somebody else's lease is in the way. */
export async function isBusy(id: string): Promise<boolean> {
  const row = await db.queryRow`
    SELECT 1 AS one FROM workspaces
    WHERE id = ${id}::uuid AND status IN ('pending', 'starting', 'deleting') AND lease_until > now()`;
  return row !== null;
}

/** Workspaces with something to do, whoever is on them. */
export async function unfinishedWorkspaces(): Promise<string[]> {
  const rows = await db.queryAll<{ id: string }>`
    SELECT id FROM workspaces WHERE status IN ('pending', 'starting', 'deleting') ORDER BY updated_at LIMIT 1000`;
  return rows.map(({ id }) => id);
}

export interface Transition {
  from: Workspace["status"][];
  to: Workspace["status"];
  reason: string;
  errorReason?: string;
  /** How long the new state may last; absent for one that may last for ever. */
  deadlineMinutes?: number;
}

/** Moves the workspace on and notes why; null when it is in none of the states any more. */
export async function transition(
  id: string,
  { from, to, reason, errorReason, deadlineMinutes }: Transition,
): Promise<WorkItem | null> {
  return await one(
    `WITH moved AS (
       UPDATE workspaces SET status = $3, status_reason = $4, error_reason = $5, updated_at = now(), attempts = 0,
         deadline_at = now() + make_interval(mins => $6::int),
         next_attempt_at = CASE WHEN $3 IN ('pending', 'starting', 'deleting') THEN now() END
       WHERE id = $1::uuid AND status = ANY($2::text[]) RETURNING *),
     noted AS (INSERT INTO workspace_events (workspace_id, message) SELECT id, $3 || ': ' || $4 FROM moved)
     SELECT ${COLUMNS} FROM moved`,
    id,
    from,
    to,
    reason,
    errorReason ?? null,
    deadlineMinutes ?? null,
  );
}

export async function setSandboxId(id: string, sandboxId: string): Promise<void> {
  await db.exec`UPDATE workspaces SET daytona_sandbox_id = ${sandboxId}, updated_at = now() WHERE id = ${id}::uuid`;
}

export async function setFilesSent(id: string): Promise<void> {
  await db.exec`UPDATE workspaces SET files_sent = true, updated_at = now() WHERE id = ${id}::uuid`;
}

/** Notes a failed attempt that will be repeated: the cause is visible, the state stays. */
export async function noteFailedAttempt(id: string, cause: string): Promise<void> {
  await db.exec`
    WITH noted AS (INSERT INTO workspace_events (workspace_id, message) VALUES (${id}::uuid, ${cause}))
    UPDATE workspaces SET attempts = attempts + 1, status_reason = ${cause}, updated_at = now() WHERE id = ${id}::uuid`;
}

export interface WorkspaceEvent {
  id: number;
  at: string;
  message: string;
}

export async function listEvents(
  workspaceId: string,
  { after, limit }: { after: number; limit: number },
): Promise<WorkspaceEvent[]> {
  const rows = await db.queryAll<{ id: number; at: Date; message: string }>`
    SELECT id, at, message FROM workspace_events
    WHERE workspace_id = ${workspaceId}::uuid AND id > ${after} ORDER BY id LIMIT ${limit}`;
  return rows.map(({ id, at, message }) => ({ id: Number(id), at: at.toISOString(), message }));
}
