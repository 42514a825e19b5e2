import { db } from "../database";
import { noteTransition } from "./metrics";
import { DEADLINE_MINUTES, PASSING, type WorkspaceStatus } from "./state-machine";
import { workspaceUpdates } from "./updates";
import {
  COLUMNS,
  findWorkspace,
  oneWorkspace,
  type SqlValue,
  toWorkItem,
  type WorkItem,
  type WorkspaceRow,
} from "./workspace-store";

/** A worker that is silent for this long has died. */
const LEASE_SECONDS = 10;
export const RENEW_EVERY_MS = (LEASE_SECONDS * 1000) / 3;

/** The row is not as the worker saw it any more: another worker has it, or the user asked for something else. */
export class Superseded extends Error {
  override readonly name = "Superseded";
}

/** What a worker writes. Absent means unchanged. */
export interface Change {
  status?: WorkspaceStatus;
  /** Goes with `status`, and stands alone for what is being waited for. */
  statusReason?: string;
  errorReason?: string;
  sandboxId?: string | null;
  filesSent?: boolean;
  /** A restart's stop is done. */
  restartDone?: boolean;
  /** The sandbox was given up: the next one has another name. */
  replaced?: boolean;
  /** Nothing more is to be done, unless something else was asked for meanwhile. The lease ends. */
  settled?: boolean;
  /** An attempt failed, or has to wait; the next one comes after this. The lease ends. */
  pauseSeconds?: number;
  note?: { kind: "step" | "failure"; message: string; reason?: string; detail?: string };
}

/** The rows as a worker sees them. A worker that was overtaken changes nothing: every write is fenced by its lease's number. */
export interface LeasedRows {
  /** Takes a row that is due, and begins with one that is `pending`; null when it is not due, or somebody else has it. */
  claim(id: string): Promise<WorkItem | null>;
  /** Whether there will be something to do: later, or when another worker's lease is over. */
  isDueLater(id: string): Promise<boolean>;
  renew(item: WorkItem): Promise<void>;
  release(item: WorkItem): Promise<void>;
  /** The row as it is now, if the lease is still the worker's; null when it is not. */
  reread(item: WorkItem): Promise<WorkItem | null>;
  /** The row whoever has it; null when it is deleted. */
  find(id: string): Promise<WorkItem | null>;
  /** Throws `Superseded`. */
  write(item: WorkItem, change: Change): Promise<WorkItem>;
}

export const leasedRows: LeasedRows = { claim, isDueLater, renew, release, reread, find: findWorkspace, write };

async function claim(id: string): Promise<WorkItem | null> {
  const begun = "was = 'pending' AND wanted = 'running'";
  const then = (column: string, value: string) => `${column} = CASE WHEN ${begun} THEN ${value} ELSE ${column} END`;
  const row = await db.rawQueryRow<WorkspaceRow & { was: WorkspaceStatus }>(
    `WITH due AS (
       SELECT id AS due_id, status AS was FROM workspaces
       WHERE id = $1::uuid AND next_attempt_at <= now() AND (lease_until IS NULL OR lease_until < now()) FOR UPDATE)
     UPDATE workspaces SET lease_until = now() + make_interval(secs => $2::int), lease_generation = lease_generation + 1,
       ${then("status", "'starting'")}, ${then("status_reason", "'a sandbox is being prepared'")},
       ${then("deadline_at", "now() + make_interval(mins => $3::int)")}, ${then("updated_at", "now()")}
     FROM due WHERE id = due_id RETURNING was, ${COLUMNS}`,
    id,
    LEASE_SECONDS,
    DEADLINE_MINUTES.starting,
  );
  if (row === null) return null;
  const { was, ...claimed } = row;
  const item = toWorkItem(claimed);
  if (was !== item.status) {
    noteTransition({ ...item, status: was }, item);
    workspaceUpdates.announce(id);
  }
  return item;
}

async function isDueLater(id: string): Promise<boolean> {
  const row = await db.queryRow`SELECT 1 AS one FROM workspaces WHERE id = ${id}::uuid AND next_attempt_at IS NOT NULL`;
  return row !== null;
}

async function renew({ id, leaseGeneration }: WorkItem): Promise<void> {
  await db.exec`
    UPDATE workspaces SET lease_until = now() + make_interval(secs => ${LEASE_SECONDS}::int)
    WHERE id = ${id}::uuid AND lease_generation = ${leaseGeneration} AND lease_until IS NOT NULL`;
}

async function release({ id, leaseGeneration }: WorkItem): Promise<void> {
  await db.exec`
    UPDATE workspaces SET lease_until = NULL WHERE id = ${id}::uuid AND lease_generation = ${leaseGeneration}`;
}

async function reread({ id, leaseGeneration }: WorkItem): Promise<WorkItem | null> {
  return await oneWorkspace(
    `SELECT ${COLUMNS} FROM workspaces WHERE id = $1::uuid AND lease_generation = $2::bigint`,
    id,
    leaseGeneration,
  );
}

async function write(item: WorkItem, change: Change): Promise<WorkItem> {
  const statement = new Statement([item.id, item.leaseGeneration, item.status, item.wantedVersion]);
  const asSeen = "wanted_version = $4::bigint";
  const { status, statusReason, settled, pauseSeconds, note } = change;
  if (status !== undefined) {
    const minutes = DEADLINE_MINUTES[status];
    statement.set("status", `${statement.value(status)}::text`);
    statement.set("error_reason", `${statement.value(change.errorReason ?? null)}::text`);
    statement.set("deadline_at", `now() + make_interval(mins => ${statement.value(minutes)}::int)`);
    statement.set("attempts", "0");
    if (PASSING.includes(status)) statement.set("next_attempt_at", "now()");
  }
  if (statusReason !== undefined) statement.set("status_reason", `${statement.value(statusReason)}::text`);
  if (change.sandboxId !== undefined) statement.set("daytona_sandbox_id", `${statement.value(change.sandboxId)}::text`);
  if (change.filesSent !== undefined) statement.set("files_sent", `${statement.value(change.filesSent)}::boolean`);
  // A restart that was asked for anew meanwhile is still to come.
  if (change.restartDone === true) statement.set("restart_due", `restart_due AND NOT (${asSeen})`);
  if (change.replaced === true) {
    statement.set("sandbox_generation", "sandbox_generation + 1");
    statement.set("replacements", "replacements + 1");
  }
  if (settled === true) {
    statement.set("next_attempt_at", `CASE WHEN ${asSeen} THEN NULL ELSE now() END`);
    statement.set("lease_until", `CASE WHEN ${asSeen} THEN NULL ELSE lease_until END`);
  }
  if (pauseSeconds !== undefined) {
    const pause = `make_interval(secs => ${statement.value(pauseSeconds)}::float8)`;
    statement.set("next_attempt_at", `CASE WHEN ${asSeen} THEN now() + ${pause} ELSE now() END`);
    statement.set("attempts", "attempts + 1");
    statement.set("lease_until", "NULL");
  }
  const written = await oneWorkspace(statement.text(note), ...statement.values);
  if (written === null) throw new Superseded(`the workspace ${item.id} was changed meanwhile`);
  noteTransition(item, written);
  workspaceUpdates.announce(item.id);
  return written;
}

/** An UPDATE of the worker's row, and the line in its log that goes with it. */
class Statement {
  readonly #sets = new Map<string, string>([["updated_at", "now()"]]);

  /** The first four: id, lease generation, the status and the version of what is wanted, as the worker saw them. */
  constructor(readonly values: SqlValue[]) {}

  value(value: SqlValue): string {
    return `$${this.values.push(value)}`;
  }

  set(column: string, expression: string): void {
    this.#sets.set(column, expression);
  }

  text(note: Change["note"]): string {
    const sets = [...this.#sets].map(([column, expression]) => `${column} = ${expression}`).join(", ");
    // $4 has to be used for PostgreSQL to know its type.
    const update = `UPDATE workspaces SET ${sets}
      WHERE id = $1::uuid AND lease_generation = $2::bigint AND status = $3::text AND $4::bigint IS NOT NULL RETURNING *`;
    return `WITH moved AS (${update})${note === undefined ? "" : this.#noted(note)} SELECT ${COLUMNS} FROM moved`;
  }

  /** A failure that repeats itself is noted once. */
  #noted({ kind, message, reason, detail }: NonNullable<Change["note"]>): string {
    const text = `${this.value(message)}::text`;
    const repeated = `SELECT 1 FROM workspaces AS before WHERE before.id = $1::uuid AND before.status_reason = ${text}`;
    return `, noted AS (INSERT INTO workspace_events (workspace_id, kind, message, reason, detail)
      SELECT moved.id, ${this.value(kind)}::text, ${text}, ${this.value(reason ?? null)}::text, ${this.value(detail ?? null)}::text
      FROM moved WHERE NOT EXISTS (${repeated}))`;
  }
}
