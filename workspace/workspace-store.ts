import { db } from "../database";
import { DomainError } from "../platform/errors";
import { REASONS, type Reason } from "../platform/reasons";
import type { DaytonaLanguage } from "./languages";
import { type RunPlan, storedRunPlan } from "./run-plan";
import { DEADLINE_MINUTES } from "./state-machine";
import type { Workspace } from "./workspace";

export interface WorkspaceRow
  extends Omit<WorkItem, "createdAt" | "updatedAt" | "statusSince" | "errorHint" | "runPlan"> {
  createdAt: Date;
  updatedAt: Date;
  statusSince: Date;
  runPlan: unknown;
}

/** A workspace with what only the service itself needs to know. */
export interface WorkItem extends Workspace {
  filesSent: boolean;
  /** Failed attempts in the present state. */
  attempts: number;
  /** The state's deadline has passed. */
  overdue: boolean;
  /** There is something to do, now or later. */
  due: boolean;
  wantedVersion: number;
  restartDue: boolean;
  leaseGeneration: number;
  sandboxGeneration: number;
  replacements: number;
  ownerId: string;
}

export const COLUMNS = `id, project_id AS "projectId", language, project_language AS "projectLanguage", framework,
  run_plan AS "runPlan", status, wanted, status_reason AS "statusReason", error_reason AS "errorReason",
  status_since AS "statusSince", mode, daytona_sandbox_id AS "daytonaSandboxId", files_sent AS "filesSent", attempts,
  COALESCE(deadline_at < now(), false) AS overdue, next_attempt_at IS NOT NULL AS due,
  wanted_version AS "wantedVersion", restart_due AS "restartDue",
  lease_generation AS "leaseGeneration", sandbox_generation AS "sandboxGeneration", replacements, owner_id AS "ownerId",
  created_at AS "createdAt", updated_at AS "updatedAt"`;

export function toWorkItem(row: WorkspaceRow): WorkItem {
  return {
    ...row,
    runPlan: storedRunPlan(row.runPlan),
    errorHint: hintFor(row.errorReason),
    statusSince: row.statusSince.toISOString(),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function hintFor(reason: string | null): string | null {
  return reason !== null && reason in REASONS ? REASONS[reason as Reason].hint : null;
}

export function toWorkspace(item: WorkItem): Workspace {
  const {
    filesSent: _filesSent,
    attempts: _attempts,
    overdue: _overdue,
    due: _due,
    wantedVersion: _wantedVersion,
    restartDue: _restartDue,
    leaseGeneration: _leaseGeneration,
    sandboxGeneration: _sandboxGeneration,
    replacements: _replacements,
    ownerId: _ownerId,
    ...workspace
  } = item;
  return workspace;
}

export type SqlValue = string | number | boolean | null | Record<string, unknown>;

/** The row that a statement gives back, if it gives one. */
export async function oneWorkspace(sql: string, ...params: SqlValue[]): Promise<WorkItem | null> {
  const row = await db.rawQueryRow<WorkspaceRow>(sql, ...params);
  return row === null ? null : toWorkItem(row);
}

async function manyWorkspaces(sql: string, param: string[] | number): Promise<WorkItem[]> {
  return (await db.rawQueryAll<WorkspaceRow>(sql, param)).map(toWorkItem);
}

export interface NewWorkspace {
  projectId: string;
  language: DaytonaLanguage;
  projectLanguage: string;
  framework: string | null;
  unknownLanguage: string | null;
  runPlan: RunPlan | null;
  mode: Workspace["mode"];
}

/** Null when the project has a living workspace already. Throws `project_not_found` and `workspace_limit_reached`. */
export async function insertWorkspace(workspace: NewWorkspace, { limit }: { limit: number }): Promise<WorkItem | null> {
  const { projectId, language, projectLanguage, framework, unknownLanguage, runPlan, mode } = workspace;
  // Nothing has to be done for one in development mode, so it is running from the start, and it is not counted. The others are
  // counted one after another for each owner; none of them waits for the disk with that, since whatever follows from the row (its
  // claim by a worker, the request's audit) is committed behind it in the same log, and waits.
  const row = await db.rawQueryRow<Omit<WorkspaceRow, "id"> & { id: string | null; isFull: boolean }>(
    `WITH project AS MATERIALIZED (
       SELECT projects.owner_id AS owner FROM projects WHERE projects.id = $1::uuid AND deleted_at IS NULL),
     room AS MATERIALIZED (
       SELECT owner, $7 = 'development' OR
         (set_config('synchronous_commit', 'off', true) = 'off' AND workspaces_counted_alone(owner) < $9::int) AS free
       FROM project),
     inserted AS (
       INSERT INTO workspaces (project_id, owner_id, language, project_language, framework, unknown_language, run_plan, mode,
         status, status_reason, next_attempt_at, deadline_at)
       SELECT $1::uuid, owner, $2, $3, $4, $5, $6::jsonb, $7,
         CASE WHEN $7 = 'development' THEN 'running' ELSE 'pending' END,
         CASE WHEN $7 = 'development' THEN 'development mode: DaytonaAPIKey is not set' ELSE 'created' END,
         CASE WHEN $7 = 'development' THEN NULL ELSE now() END,
         CASE WHEN $7 = 'development' THEN NULL ELSE now() + make_interval(mins => $8::int) END
       FROM room WHERE free
       ON CONFLICT (project_id) WHERE status <> 'deleted' DO NOTHING RETURNING *)
     SELECT NOT free AS "isFull", ${COLUMNS} FROM room LEFT JOIN inserted ON true`,
    projectId,
    language,
    projectLanguage,
    framework,
    unknownLanguage,
    runPlan === null ? null : { ...runPlan },
    mode,
    DEADLINE_MINUTES.pending,
    limit,
  );
  if (row === null) throw new DomainError("project_not_found", `there is no project ${projectId}`);
  const { isFull, ...inserted } = row;
  if (inserted.id !== null) return toWorkItem(inserted as WorkspaceRow);
  if (!isFull || (await findProjectWorkspace(projectId)) !== null) return null;
  const message = `you have ${limit} workspaces with a sandbox, and that is the limit`;
  throw new DomainError("workspace_limit_reached", message);
}

export async function findWorkspace(id: string): Promise<WorkItem | null> {
  return await oneWorkspace(`SELECT ${COLUMNS} FROM workspaces WHERE id = $1::uuid AND status <> 'deleted'`, id);
}

export async function findProjectWorkspace(projectId: string): Promise<WorkItem | null> {
  return await oneWorkspace(
    `SELECT ${COLUMNS} FROM workspaces WHERE project_id = $1::uuid AND status <> 'deleted'`,
    projectId,
  );
}

/** The living ones among them. */
export async function livingWorkspaces(ids: string[]): Promise<WorkItem[]> {
  return await manyWorkspaces(
    `SELECT ${COLUMNS} FROM workspaces WHERE id::text = ANY($1::text[]) AND status <> 'deleted'`,
    ids,
  );
}

/** Those that are settled and have a sandbox, which were not compared with it for longest. */
export async function observableWorkspaces(limit: number): Promise<WorkItem[]> {
  return await manyWorkspaces(
    `SELECT ${COLUMNS} FROM workspaces
     WHERE daytona_sandbox_id IS NOT NULL AND status IN ('running', 'stopped') AND next_attempt_at IS NULL
     ORDER BY checked_at NULLS FIRST LIMIT $1`,
    limit,
  );
}

/** The settled workspace with that sandbox. */
export async function findBySandbox(sandboxId: string): Promise<WorkItem | null> {
  return await oneWorkspace(
    `SELECT ${COLUMNS} FROM workspaces
     WHERE daytona_sandbox_id = $1 AND status IN ('running', 'stopped') AND next_attempt_at IS NULL`,
    sandboxId,
  );
}

/** Those with something to do, now or later, whoever is on them; the oldest change first. */
export async function dueWorkspaces(): Promise<string[]> {
  const rows = await db.queryAll<{ id: string }>`
    SELECT id FROM workspaces WHERE next_attempt_at IS NOT NULL ORDER BY updated_at LIMIT 1000`;
  return rows.map(({ id }) => id);
}

/** Ends all pauses: after a restart the key, the address or the network may be other ones. */
export async function endPauses(): Promise<void> {
  await db.exec`UPDATE workspaces SET next_attempt_at = now() WHERE next_attempt_at > now()`;
}

/** The clock that leases, pauses and deadlines go by: that of a process may be wrong. */
export async function databaseTime(): Promise<Date> {
  const row = await db.queryRow<{ now: Date }>`SELECT now() AS now`;
  if (row === null) throw new Error("the database does not tell the time");
  return row.now;
}

let installation: string | undefined;

/** The id of this installation, in the labels of its sandboxes: two may share an account and the environment's name. */
export async function installationId(): Promise<string> {
  if (installation === undefined) {
    const row = await db.queryRow<{ id: string }>`SELECT id FROM workspace_installation`;
    if (row === null) throw new Error("the table workspace_installation is empty");
    installation = row.id;
  }
  return installation;
}
