import { db } from "../database";
import type { ImportEvent } from "./import";

interface EventRow extends Omit<ImportEvent, "at" | "waitsUntil"> {
  at: Date;
  waitsUntil: Date | null;
}

export interface EventsSince {
  events: ImportEvent[];
  /** The import has ended, and the events are all that there are. */
  finished: boolean;
}

/** What happened to an import after its event `after`, in order. */
export async function eventsSince(importId: string, after: number): Promise<EventsSince> {
  // Read before the events: an import that has ended by then has all of them.
  const row = await db.queryRow<{ finished: boolean }>`
    SELECT finished_at IS NOT NULL AS finished FROM imports WHERE id = ${importId}::uuid`;
  const rows = await db.queryAll<EventRow>`
    SELECT n, at, status, files, bytes, message, waits_until AS "waitsUntil" FROM import_events
    WHERE import_id = ${importId}::uuid AND n > ${after} ORDER BY n`;
  const events = rows.map(({ at, waitsUntil, bytes, ...rest }) => ({
    ...rest,
    at: at.toISOString(),
    bytes: Number(bytes),
    waitsUntil: waitsUntil?.toISOString() ?? null,
  }));
  return { events, finished: row?.finished ?? true };
}

export interface FormerImport {
  repository: string;
  ref: string | null;
  folder: string;
  commitId: string | null;
  etag: string | null;
}

/** What an earlier import brought, for the next one to compare. */
export async function formerImport(id: string): Promise<FormerImport | null> {
  return await db.queryRow<FormerImport>`
    SELECT repository, ref, folder, commit_id AS "commitId", commit_etag AS etag FROM imports WHERE id = ${id}::uuid`;
}
