import type { PoolClient } from "pg";
import { db } from "../database";
import type { ArchiveReport } from "./archive/report";
import type { Detection } from "./detection/detection";
import type { ImportFailure, ImportOutcome, ImportStatus } from "./import";
import { importedBytes, importedFiles, importMilliseconds, importsEnded } from "./metrics";
import type { ResolvedSource } from "./resolve";

// What a worker writes of an import that it has. Each step is one statement, which changes the row and tells of it.

/** The event of a step whose statement gives the changed row as `step`. */
const TELL = `INSERT INTO import_events (import_id, n, status, files, bytes, message, waits_until)
  SELECT id, events, status, files, bytes, $2, next_attempt_at FROM step`;

type RunningStatus = Exclude<ImportStatus, "queued" | "succeeded" | "failed" | "cancelled">;

export async function enterStatus(id: string, status: RunningStatus, message: string): Promise<void> {
  await db.rawExec(
    `WITH step AS (
       UPDATE imports SET status = $3, events = events + 1, updated_at = now()
       WHERE id = $1::uuid AND finished_at IS NULL RETURNING *)
     ${TELL}`,
    id,
    message,
    status,
  );
}

export async function setSource(id: string, source: ResolvedSource): Promise<void> {
  await db.exec`
    UPDATE imports SET ref = ${source.ref}, folder = ${source.folder}, tree_path = NULL, commit_id = ${source.commitId},
      commit_etag = ${source.etag}, updated_at = now() WHERE id = ${id}::uuid`;
}

export async function setCounts(id: string, report: ArchiveReport, message: string): Promise<void> {
  await db.rawExec(
    `WITH step AS (
       UPDATE imports SET files = $3, bytes = $4, skipped = $5::jsonb, skipped_count = $6, events = events + 1,
         updated_at = now() WHERE id = $1::uuid AND finished_at IS NULL RETURNING *)
     ${TELL}`,
    id,
    message,
    report.files,
    report.bytes,
    report.skipped,
    report.skippedCount,
  );
}

export async function setDetection(id: string, detection: Detection): Promise<void> {
  await db.exec`UPDATE imports SET detection = ${detection}::jsonb, updated_at = now() WHERE id = ${id}::uuid`;
}

/**
 * Notes that the files are in place, in the transaction that puts them there: so either both happened or none. False when
 * the import was cancelled before.
 */
export async function enterProvisioning(client: PoolClient, id: string, outcome: ImportOutcome): Promise<boolean> {
  const { rowCount } = await client.query(
    `WITH step AS (
       UPDATE imports SET status = 'provisioning', outcome = $3::jsonb, events = events + 1, updated_at = now()
       WHERE id = $1 AND finished_at IS NULL AND NOT cancel_requested RETURNING *)
     ${TELL}`,
    [id, messageOf(outcome), JSON.stringify(outcome)],
  );
  return rowCount === 1;
}

function messageOf({ added, changed, removed, conflictCount }: ImportOutcome): string {
  const kept = conflictCount === 0 ? "" : `, ${conflictCount} kept as they were changed here`;
  return `The files are in place: ${added} added, ${changed} changed, ${removed} removed${kept}`;
}

/** What an import of a commit that was imported already comes to: the counts of that import. */
export async function setUnchanged(
  id: string,
  { sameAs, commitId }: { sameAs: string; commitId: string },
): Promise<void> {
  const outcome: ImportOutcome = { unchanged: true, added: 0, changed: 0, removed: 0, conflicts: [], conflictCount: 0 };
  await db.exec`
    UPDATE imports i SET files = o.files, bytes = o.bytes, skipped = o.skipped, skipped_count = o.skipped_count,
      detection = o.detection, commit_id = ${commitId}, outcome = ${outcome}::jsonb, updated_at = now()
    FROM imports o WHERE i.id = ${id}::uuid AND o.id = ${sameAs}::uuid`;
}

/** Has the import done again after a pause. */
export async function postpone(id: string, { seconds, message }: { seconds: number; message: string }): Promise<void> {
  await db.rawExec(
    `WITH step AS (
       UPDATE imports SET status = CASE status WHEN 'provisioning' THEN status ELSE 'queued' END, lease_until = NULL,
         next_attempt_at = now() + make_interval(secs => $3::float8), events = events + 1, updated_at = now()
       WHERE id = $1::uuid AND finished_at IS NULL RETURNING *)
     ${TELL}`,
    id,
    message,
    seconds,
  );
}

/** Has the import gone on with at once by another process. The attempt does not count: nothing was wrong with it. */
export async function giveBack(id: string): Promise<void> {
  await db.rawExec(
    `WITH step AS (
       UPDATE imports SET status = CASE status WHEN 'provisioning' THEN status ELSE 'queued' END, lease_until = NULL,
         next_attempt_at = NULL, attempts = attempts - 1, events = events + 1, updated_at = now()
       WHERE id = $1::uuid AND finished_at IS NULL RETURNING *)
     ${TELL}`,
    id,
    "The server is shutting down; another one goes on",
  );
}

export interface Ending {
  status: "succeeded" | "failed" | "cancelled";
  message: string;
  failure?: ImportFailure;
}

interface EndedRow {
  milliseconds: number;
  files: number;
  bytes: number;
  broughtIn: boolean;
}

/** Ends an import; whatever token it had is gone with it. */
export async function finishImport(id: string, { status, message, failure }: Ending): Promise<void> {
  const ended = await db.rawQueryRow<EndedRow>(
    `WITH step AS (
       UPDATE imports SET status = $3, finished_at = now(), updated_at = now(), lease_until = NULL, token = NULL,
         next_attempt_at = NULL, failure_reason = $4, failure_message = $5, failure_hint = $6, events = events + 1
       WHERE id = $1::uuid AND finished_at IS NULL RETURNING *),
     told AS (${TELL})
     SELECT (EXTRACT(EPOCH FROM finished_at - created_at) * 1000)::bigint AS milliseconds, files::bigint, bytes::bigint,
       status = 'succeeded' AND NOT (outcome->>'unchanged')::boolean AS "broughtIn" FROM step`,
    id,
    message,
    status,
    failure?.reason ?? null,
    failure?.message ?? null,
    failure?.hint ?? null,
  );
  if (ended === null) return;
  importsEnded.with({ outcome: status, reason: failure?.reason ?? "none" }).increment();
  importMilliseconds.with({ outcome: status }).increment(ended.milliseconds);
  if (!ended.broughtIn) return;
  importedFiles.increment(ended.files);
  importedBytes.increment(ended.bytes);
}
