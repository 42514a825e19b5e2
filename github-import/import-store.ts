import { randomUUID } from "node:crypto";
import { z } from "zod";
import { db } from "../database";
import { decodeCursor, encodeCursor, timeKey } from "../platform/page";
import type { Detection } from "./detection/detection";
import type { Import } from "./import";
import { COLUMNS, type ImportRow, toImport } from "./import-row";
import { type ImportShare, requireShare } from "./import-share";

export interface NewImport {
  id: string;
  projectId: string;
  repository: string;
  ref: string | null;
  folder: string;
  treePath: string | null;
  overwrite: boolean;
  /** The encrypted token, if there is one. */
  token: Buffer | null;
}

export function newImportId(): string {
  return randomUUID();
}

const QUEUED = "waits for its turn";

/** Null when the project has an import that has not ended. Throws `import_limit_reached` when a share is given that is used up. */
export async function insertImport(fresh: NewImport, share?: ImportShare): Promise<Import | null> {
  if (share === undefined) return await insertInto(db, fresh);
  await using tx = await db.begin();
  await requireShare(tx, share);
  const inserted = await insertInto(tx, fresh);
  await tx.commit();
  return inserted;
}

async function insertInto(client: Pick<typeof db, "rawQueryRow">, fresh: NewImport): Promise<Import | null> {
  const row = await client.rawQueryRow<ImportRow>(
    `WITH inserted AS (
       INSERT INTO imports (id, project_id, repository, ref, folder, tree_path, overwrite, token, events)
       VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8, 1)
       ON CONFLICT (project_id) WHERE finished_at IS NULL DO NOTHING RETURNING *),
     event AS (
       INSERT INTO import_events (import_id, n, status, files, bytes, message)
       SELECT id, 1, status, 0, 0, '${QUEUED}' FROM inserted)
     SELECT ${COLUMNS} FROM inserted`,
    fresh.id,
    fresh.projectId,
    fresh.repository,
    fresh.ref,
    fresh.folder,
    fresh.treePath,
    fresh.overwrite,
    fresh.token,
  );
  return row === null ? null : toImport(row);
}

export async function findImport(id: string): Promise<Import | null> {
  const row = await db.rawQueryRow<ImportRow>(`SELECT ${COLUMNS} FROM imports WHERE id = $1::uuid`, id);
  return row === null ? null : toImport(row);
}

/** What was found out about the imported code; null until then. */
export async function findDetection(id: string): Promise<Detection | null> {
  const row = await db.queryRow<{ detection: Detection | null }>`SELECT detection FROM imports WHERE id = ${id}::uuid`;
  return row?.detection ?? null;
}

export interface ImportPage {
  items: Import[];
  nextCursor?: string;
}

const pageKey = z.tuple([timeKey, z.uuid()]);

/** Imports into the owner's living projects, newest first. Throws `invalid_cursor`. */
export async function listImports(
  ownerId: string,
  { limit, cursor }: { limit: number; cursor: string | undefined },
): Promise<ImportPage> {
  const [createdAt, id] = cursor === undefined ? [null, null] : decodeCursor(cursor, pageKey);
  const found = await db.rawQueryAll<ImportRow & { sortKey: string }>(
    `WITH own AS (SELECT id AS own_id FROM projects WHERE owner_id = $1 AND deleted_at IS NULL)
     SELECT ${COLUMNS}, (created_at AT TIME ZONE 'UTC')::text || '+00' AS "sortKey" FROM imports JOIN own ON own_id = project_id
     WHERE $2::text IS NULL OR (created_at, id) < ($2::text::timestamptz, $3::text::uuid)
     ORDER BY created_at DESC, id DESC LIMIT $4`,
    ownerId,
    createdAt,
    id,
    limit + 1,
  );
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(({ sortKey: _key, ...row }) => toImport(row)),
    ...(found.length > limit && last !== undefined ? { nextCursor: encodeCursor([last.sortKey, last.id]) } : {}),
  };
}

/**
 * Puts an ended import in the queue again; null when the project has another one under way. Throws `import_limit_reached` when
 * a share is given that is used up.
 */
export async function requeueImport(id: string, token: Buffer | null, share?: ImportShare): Promise<Import | null> {
  if (share === undefined) return await requeueIn(db, { id, token });
  await using tx = await db.begin();
  await requireShare(tx, share);
  const requeued = await requeueIn(tx, { id, token });
  await tx.commit();
  return requeued;
}

async function requeueIn(
  client: Pick<typeof db, "rawQueryRow">,
  { id, token }: { id: string; token: Buffer | null },
): Promise<Import | null> {
  const row = await client.rawQueryRow<ImportRow>(
    `WITH requeued AS (
       UPDATE imports SET status = 'queued', finished_at = NULL, cancel_requested = false, attempts = 0, files = 0, bytes = 0,
         skipped = '[]', skipped_count = 0, commit_id = NULL, outcome = NULL, failure_reason = NULL, failure_message = NULL,
         failure_hint = NULL, next_attempt_at = NULL, token = $2, token_since = now(),
         events = events + 1, updated_at = now()
       WHERE id = $1::uuid AND status IN ('failed', 'cancelled') AND NOT EXISTS (
         SELECT 1 FROM imports o WHERE o.project_id = imports.project_id AND o.finished_at IS NULL)
       RETURNING *),
     event AS (
       INSERT INTO import_events (import_id, n, status, files, bytes, message)
       SELECT id, events, status, 0, 0, '${QUEUED} again' FROM requeued)
     SELECT ${COLUMNS} FROM requeued`,
    id,
    token,
  );
  return row === null ? null : toImport(row);
}

/** Asks the worker to stop. False when the import has ended, or its files are in place. */
export async function requestCancel(id: string): Promise<boolean> {
  const row = await db.queryRow`
    UPDATE imports SET cancel_requested = true
    WHERE id = ${id}::uuid AND finished_at IS NULL AND status <> 'provisioning' RETURNING id`;
  return row !== null;
}

/** Ends what a deleted project had under way. */
export async function cancelProjectImports(projectId: string): Promise<void> {
  await db.exec`UPDATE imports SET cancel_requested = true WHERE project_id = ${projectId}::uuid AND finished_at IS NULL`;
  await db.exec`UPDATE imports SET token = NULL WHERE project_id = ${projectId}::uuid AND finished_at IS NOT NULL`;
}
