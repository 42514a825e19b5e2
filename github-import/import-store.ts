import { randomUUID } from "node:crypto";
import { z } from "zod";
import { db } from "../database";
import { decodeCursor, encodeCursor } from "../platform/page";
import type { ArchiveReport, SkippedEntry } from "./archive/report";
import type { Detection } from "./detection/detection";
import type { Import, ImportFailure, ImportStatus } from "./import";

interface ImportRow {
  id: string;
  projectId: string;
  repository: string;
  ref: string | null;
  status: ImportStatus;
  commitId: string | null;
  files: number;
  bytes: number;
  skipped: SkippedEntry[];
  detection: Detection | null;
  failureReason: string | null;
  failureMessage: string | null;
  failureHint: string | null;
  createdAt: Date;
  updatedAt: Date;
  finishedAt: Date | null;
}

const COLUMNS = `id, project_id AS "projectId", repository, ref, status, commit_id AS "commitId", files, bytes, skipped, detection,
  failure_reason AS "failureReason", failure_message AS "failureMessage", failure_hint AS "failureHint",
  created_at AS "createdAt", updated_at AS "updatedAt", finished_at AS "finishedAt"`;

function toImport(row: ImportRow): Import {
  const { id, projectId, repository, ref, status, commitId, files, skipped, detection } = row;
  return {
    id,
    projectId,
    repository,
    ref,
    status,
    commitId,
    files,
    bytes: Number(row.bytes),
    skipped,
    language: detection?.language ?? null,
    framework: detection?.framework ?? null,
    failure: failureOf(row),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

function failureOf({ failureReason, failureMessage, failureHint }: ImportRow): ImportFailure | null {
  return failureReason === null
    ? null
    : { reason: failureReason, message: failureMessage ?? "", hint: failureHint ?? "" };
}

export interface NewImport {
  id: string;
  projectId: string;
  repository: string;
  ref: string | null;
  /** The encrypted token, if there is one. */
  token: Buffer | null;
}

export function newImportId(): string {
  return randomUUID();
}

/** Null when the project has an import that has not ended. */
export async function insertImport({ id, projectId, repository, ref, token }: NewImport): Promise<Import | null> {
  const row = await db.rawQueryRow<ImportRow>(
    `INSERT INTO imports (id, project_id, repository, ref, token) VALUES ($1::uuid, $2::uuid, $3, $4, $5)
     ON CONFLICT (project_id) WHERE finished_at IS NULL DO NOTHING RETURNING ${COLUMNS}`,
    id,
    projectId,
    repository,
    ref,
    token,
  );
  return row === null ? null : toImport(row);
}

export async function findImport(id: string): Promise<Import | null> {
  const row = await db.rawQueryRow<ImportRow>(`SELECT ${COLUMNS} FROM imports WHERE id = $1::uuid`, id);
  return row === null ? null : toImport(row);
}

export interface ImportPage {
  items: Import[];
  nextCursor?: string;
}

const pageKey = z.tuple([z.string(), z.uuid()]);

/** Imports into the owner's living projects, newest first. Throws `invalid_cursor`. */
export async function listImports(
  ownerId: string,
  { limit, cursor }: { limit: number; cursor: string | undefined },
): Promise<ImportPage> {
  const [createdAt, id] = cursor === undefined ? [null, null] : decodeCursor(cursor, pageKey);
  const found = await db.rawQueryAll<ImportRow & { sortKey: string }>(
    `WITH own AS (SELECT id AS own_id FROM projects WHERE owner_id = $1 AND deleted_at IS NULL)
     SELECT ${COLUMNS}, created_at::text AS "sortKey" FROM imports JOIN own ON own_id = project_id
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
    items: page.map(toImport),
    ...(found.length > limit && last !== undefined ? { nextCursor: encodeCursor([last.sortKey, last.id]) } : {}),
  };
}

/** A worker that is silent for this long has died. */
const LEASE_SECONDS = 10;
export const RENEW_EVERY_MS = (LEASE_SECONDS * 1000) / 4;

/** An import that a worker has taken. */
export interface ClaimedImport extends Import {
  attempts: number;
  token: ArrayBuffer | null;
  cancelRequested: boolean;
}

/** Takes an import that has not ended; null when there is none, or somebody else has it. Counts the attempt. */
export async function claimImport(id: string): Promise<ClaimedImport | null> {
  const row = await db.rawQueryRow<ImportRow & Pick<ClaimedImport, "attempts" | "token" | "cancelRequested">>(
    `UPDATE imports SET lease_until = now() + make_interval(secs => $2::int), attempts = attempts + 1
     WHERE id = $1::uuid AND finished_at IS NULL AND (lease_until IS NULL OR lease_until < now())
     RETURNING ${COLUMNS}, attempts, token, cancel_requested AS "cancelRequested"`,
    id,
    LEASE_SECONDS,
  );
  if (row === null) return null;
  const { attempts, token, cancelRequested } = row;
  return { ...toImport(row), attempts, token, cancelRequested };
}

export interface Renewal {
  cancelRequested: boolean;
  projectDeleted: boolean;
}

/** Keeps the lease, and tells what happened meanwhile. */
export async function renewLease(id: string): Promise<Renewal> {
  const row = await db.queryRow<Renewal>`
    UPDATE imports i SET lease_until = now() + make_interval(secs => ${LEASE_SECONDS}::int)
    FROM projects p WHERE i.id = ${id}::uuid AND p.id = i.project_id
    RETURNING cancel_requested AS "cancelRequested", p.deleted_at IS NOT NULL AS "projectDeleted"`;
  return row ?? { cancelRequested: false, projectDeleted: true };
}

export async function releaseLease(id: string): Promise<void> {
  await db.exec`UPDATE imports SET lease_until = NULL WHERE id = ${id}::uuid`;
}

export async function isBusy(id: string): Promise<boolean> {
  return (
    (await db.queryRow`SELECT 1 AS one FROM imports WHERE id = ${id}::uuid AND finished_at IS NULL AND lease_until > now()`) !==
    null
  );
}

export async function unfinishedImports(): Promise<string[]> {
  const rows = await db.queryAll<{
    id: string;
  }>`SELECT id FROM imports WHERE finished_at IS NULL ORDER BY created_at LIMIT 1000`;
  return rows.map(({ id }) => id);
}

export async function setStatus(id: string, status: ImportStatus): Promise<void> {
  await db.exec`UPDATE imports SET status = ${status}, updated_at = now() WHERE id = ${id}::uuid AND finished_at IS NULL`;
}

export async function setCounts(id: string, { files, bytes, skipped, commitId }: ArchiveReport): Promise<void> {
  await db.exec`
    UPDATE imports SET files = ${files}, bytes = ${bytes}, skipped = ${skipped}::jsonb,
      commit_id = ${commitId}, updated_at = now() WHERE id = ${id}::uuid`;
}

export async function setDetection(id: string, detection: Detection): Promise<void> {
  await db.exec`UPDATE imports SET detection = ${detection}::jsonb, updated_at = now() WHERE id = ${id}::uuid`;
}

/** Ends an import; whatever token it had is gone with it. */
export async function finishImport(
  id: string,
  status: "succeeded" | "failed" | "cancelled",
  failure: ImportFailure | null = null,
): Promise<void> {
  await db.exec`
    UPDATE imports SET status = ${status}, finished_at = now(), updated_at = now(), lease_until = NULL, token = NULL,
      failure_reason = ${failure?.reason ?? null}, failure_message = ${failure?.message ?? null},
      failure_hint = ${failure?.hint ?? null}
    WHERE id = ${id}::uuid AND finished_at IS NULL`;
}

/** False when the import has ended. */
export async function requestCancel(id: string): Promise<boolean> {
  const row = await db.queryRow`
    UPDATE imports SET cancel_requested = true WHERE id = ${id}::uuid AND finished_at IS NULL RETURNING id`;
  return row !== null;
}

/** Puts an ended import in the queue again; null when the project has another one under way. */
export async function requeueImport(id: string): Promise<Import | null> {
  const row = await db.rawQueryRow<ImportRow>(
    `UPDATE imports SET status = 'queued', finished_at = NULL, cancel_requested = false, attempts = 0, files = 0, bytes = 0,
       skipped = '[]', commit_id = NULL, detection = NULL, failure_reason = NULL, failure_message = NULL, failure_hint = NULL,
       updated_at = now()
     WHERE id = $1::uuid AND status IN ('failed', 'cancelled') AND NOT EXISTS (
       SELECT 1 FROM imports o WHERE o.project_id = imports.project_id AND o.finished_at IS NULL)
     RETURNING ${COLUMNS}`,
    id,
  );
  return row === null ? null : toImport(row);
}

/** Ends what a deleted project had under way. */
export async function cancelProjectImports(projectId: string): Promise<void> {
  await db.exec`UPDATE imports SET cancel_requested = true WHERE project_id = ${projectId}::uuid AND finished_at IS NULL`;
  await db.exec`UPDATE imports SET token = NULL WHERE project_id = ${projectId}::uuid AND finished_at IS NOT NULL`;
}
