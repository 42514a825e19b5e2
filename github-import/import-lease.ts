import { db } from "../database";
import type { Detection } from "./detection/detection";
import type { Import } from "./import";
import { COLUMNS, type ImportRow, toImport } from "./import-row";

/** A worker that is silent for this long has died. */
const LEASE_SECONDS = 10;
export const RENEW_EVERY_MS = (LEASE_SECONDS * 1000) / 4;

/** An import that a worker has taken. */
export interface ClaimedImport extends Import {
  treePath: string | null;
  detection: Detection | null;
  token: ArrayBuffer | null;
  cancelRequested: boolean;
}

/** Takes an import that is due; null when there is none, or somebody else has it. Counts the attempt. */
export async function claimImport(id: string): Promise<ClaimedImport | null> {
  const row = await db.rawQueryRow<ImportRow & Pick<ClaimedImport, "treePath" | "token" | "cancelRequested">>(
    `UPDATE imports SET lease_until = now() + make_interval(secs => $2::int), attempts = attempts + 1, next_attempt_at = NULL
     WHERE id = $1::uuid AND finished_at IS NULL AND (lease_until IS NULL OR lease_until < now())
       AND (next_attempt_at IS NULL OR next_attempt_at <= now() OR cancel_requested)
     RETURNING ${COLUMNS}, tree_path AS "treePath", token, cancel_requested AS "cancelRequested"`,
    id,
    LEASE_SECONDS,
  );
  if (row === null) return null;
  const { treePath, token, cancelRequested, ...rest } = row;
  return { ...toImport(rest), detection: row.detection, treePath, token, cancelRequested };
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
  await db.exec`UPDATE imports SET lease_until = NULL WHERE id = ${id}::uuid AND finished_at IS NULL`;
}

/** Whether there is still something to do: somebody works on the import, or it waits. */
export async function isUnfinished(id: string): Promise<boolean> {
  return (await db.queryRow`SELECT 1 AS one FROM imports WHERE id = ${id}::uuid AND finished_at IS NULL`) !== null;
}

export async function unfinishedImports(): Promise<string[]> {
  const rows = await db.queryAll<{
    id: string;
  }>`SELECT id FROM imports WHERE finished_at IS NULL ORDER BY created_at LIMIT 1000`;
  return rows.map(({ id }) => id);
}
