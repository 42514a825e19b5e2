import { inTransaction, pgPool } from "../platform/pg-pool";
import type { StoreName } from "./content-store";
import { storeNamed } from "./stores";

/**
 * Removes contents that nothing refers to. One goes in two steps: it is noted as unused, and when it is still so after
 * the grace, its row is removed and its bytes are noted as doomed, in one transaction; then the bytes go. A writer that
 * wants the content again takes the note back under the row's lock. So between the last reference and the removal of the
 * bytes there is time for whoever reads them to end, and a crash leaves a note of whatever is still to do.
 */

/** Longer than a read takes, than a write takes between storing a content and referring to it, and than most backups take.
 * With a sweep every quarter of an hour, a content is gone within an hour. */
export const GRACE_MINUTES = 20;
const COLLECT_BATCH = 500;

/** Every table that refers to contents by a content_id. */
export const REFERENCES = ["vfs_entries", "vfs_versions", "vfs_staged_entries"];

/** SQL: nothing refers to the content of the alias `c`. */
export const UNREFERENCED = REFERENCES.map(
  (table) => `NOT EXISTS (SELECT 1 FROM ${table} r WHERE r.content_id = c.id)`,
).join(" AND ");

export interface CollectOptions {
  graceMinutes?: number;
  /** All projects' contents, unless given. */
  projectId?: string;
}

/** Takes the steps that are due. Gives how many contents were removed. */
export async function collectContents({
  graceMinutes = GRACE_MINUTES,
  projectId,
}: CollectOptions = {}): Promise<number> {
  const scope = "($1::uuid IS NULL OR c.project_id = $1)";
  await pgPool().query(
    `UPDATE vfs_contents SET unused_since = NULL WHERE id IN (
       SELECT id FROM vfs_contents c WHERE unused_since IS NOT NULL AND NOT (${UNREFERENCED}) AND ${scope}
       FOR UPDATE SKIP LOCKED)`,
    [projectId],
  );
  await pgPool().query(
    `UPDATE vfs_contents SET unused_since = now() WHERE id IN (
       SELECT id FROM vfs_contents c WHERE unused_since IS NULL AND ${UNREFERENCED} AND ${scope}
       FOR UPDATE SKIP LOCKED)`,
    [projectId],
  );
  let collected = 0;
  for (;;) {
    const { rowCount } = await pgPool().query(
      `WITH unused AS (
         SELECT id FROM vfs_contents c
         WHERE unused_since <= now() - make_interval(mins => $2) AND ${UNREFERENCED} AND ${scope}
         LIMIT $3 FOR UPDATE SKIP LOCKED),
       gone AS (DELETE FROM vfs_contents WHERE id IN (SELECT id FROM unused) RETURNING id, store)
       INSERT INTO vfs_doomed_contents (id, store) SELECT id, store FROM gone
       ON CONFLICT (id, store) DO UPDATE SET remove_after = now()`,
      [projectId, graceMinutes, COLLECT_BATCH],
    );
    collected += rowCount ?? 0;
    if (rowCount !== COLLECT_BATCH) break;
  }
  await removeDoomed();
  return collected;
}

/** A store that does not answer keeps its notes, and the other store's bytes go all the same. */
async function removeDoomed(): Promise<void> {
  const failures: unknown[] = [];
  for (const store of ["postgres", "gridfs"] as const) {
    await removeDoomedOf(store).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

async function removeDoomedOf(store: StoreName): Promise<void> {
  for (;;) {
    const removed = await inTransaction(async (client) => {
      // Locked until the bytes are gone: a move that wants to write the same ones waits.
      const { rows } = await client.query<{ id: string }>(
        `SELECT id FROM vfs_doomed_contents WHERE store = $1 AND remove_after <= now()
         ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED`,
        [store, COLLECT_BATCH],
      );
      const ids = rows.map(({ id }) => id);
      if (ids.length > 0) await storeNamed(store).delete(ids);
      await client.query("DELETE FROM vfs_doomed_contents WHERE store = $1 AND id = ANY($2::uuid[])", [store, ids]);
      return ids.length;
    });
    if (removed < COLLECT_BATCH) return;
  }
}
