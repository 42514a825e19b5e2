import { createHash, randomUUID } from "node:crypto";
import { pgPool } from "../platform/pg-pool";
import type { ContentStore, StoreName } from "./content-store";
import { storeNamed } from "./stores";

/**
 * Contents of a project's files. The order of a write is fixed: a row, then the bytes, then "stored", and only then may
 * metadata refer to it. So what a crash leaves behind always has a row, and the collector finds it.
 *
 * The collector and a writer that reuses a content cannot meet: reusing updates `last_used_at` under the row's lock, the
 * collector deletes only rows that were not used for longer than any write takes, and looks again once it has the lock.
 */

export interface StoredContent {
  id: string;
  /** SHA-256 in hexadecimal digits. */
  hash: string;
  size: number;
}

/** Contents that nothing refers to are kept for this long: much longer than any write takes between storing and referring. */
export const GRACE_MINUTES = 30;
const COLLECT_BATCH = 500;

export function hashOf(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

interface Target {
  projectId: string;
  store: ContentStore;
}

/** Stores small contents, each distinct one once, and gives what is stored by hash. */
export async function storeMany(
  contents: readonly Buffer[],
  { projectId, store }: Target,
): Promise<Map<string, StoredContent>> {
  const byHash = new Map(contents.map((data) => [hashOf(data), data]));
  const stored = await reuse(projectId, [...byHash.keys()]);
  const fresh = [...byHash].flatMap(([hash, data]) => (stored.has(hash) ? [] : [{ id: randomUUID(), hash, data }]));
  if (fresh.length === 0) return stored;
  await pgPool().query("INSERT INTO vfs_contents (id, project_id, store) SELECT unnest($1::uuid[]), $2, $3", [
    fresh.map(({ id }) => id),
    projectId,
    store.name,
  ]);
  await store.putMany(fresh);
  for (const content of await confirm(
    projectId,
    fresh.map(({ id, hash, data }) => ({ id, hash, size: data.length })),
  )) {
    stored.set(content.hash, content);
  }
  return stored;
}

/** Stores one content of any size as it comes, without having it in memory. */
export async function storeStream(
  data: AsyncIterable<Uint8Array>,
  { projectId, store }: Target,
): Promise<StoredContent> {
  const id = randomUUID();
  await pgPool().query("INSERT INTO vfs_contents (id, project_id, store) VALUES ($1, $2, $3)", [
    id,
    projectId,
    store.name,
  ]);
  const hash = createHash("sha256");
  const size = await store.put(id, hashing(data, hash));
  const [content] = await confirm(projectId, [{ id, hash: hash.digest("hex"), size }]);
  if (content === undefined) throw new Error(`content ${id} was stored and not confirmed`);
  return content;
}

async function* hashing(
  data: AsyncIterable<Uint8Array>,
  hash: { update(piece: Uint8Array): unknown },
): AsyncGenerator<Uint8Array> {
  for await (const piece of data) {
    hash.update(piece);
    yield piece;
  }
}

/** Those of the hashes that the project has already, kept from the collector for another while. */
async function reuse(projectId: string, hashes: string[]): Promise<Map<string, StoredContent>> {
  const { rows } = await pgPool().query<{ id: string; hash: string; size: string }>(
    `UPDATE vfs_contents SET last_used_at = now() WHERE project_id = $1 AND hash = ANY($2::text[]) AND stored
     RETURNING id, hash, size`,
    [projectId, hashes],
  );
  return new Map(rows.map((row) => [row.hash, { ...row, size: Number(row.size) }]));
}

/**
 * Marks contents as stored. Where somebody else stored the same one meanwhile, theirs is given in its place, and the row
 * of ours is left to the collector.
 */
async function confirm(projectId: string, contents: StoredContent[]): Promise<StoredContent[]> {
  const confirmed: StoredContent[] = [];
  const { rows } = await pgPool()
    .query<{ id: string }>(
      `UPDATE vfs_contents c SET hash = v.hash, size = v.size, stored = true, last_used_at = now()
     FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS v (id, hash, size)
     WHERE c.id = v.id AND NOT EXISTS (
       SELECT 1 FROM vfs_contents o WHERE o.project_id = $4 AND o.hash = v.hash AND o.stored)
     RETURNING c.id`,
      [contents.map(({ id }) => id), contents.map(({ hash }) => hash), contents.map(({ size }) => size), projectId],
    )
    .catch((error: { code?: string }) => {
      // Two at the same moment: the index let one through, and the other now finds it.
      if (error.code === "23505") return { rows: [] };
      throw error;
    });
  const own = new Set(rows.map(({ id }) => id));
  confirmed.push(...contents.filter(({ id }) => own.has(id)));
  const others = contents.filter(({ id }) => !own.has(id));
  if (others.length === 0) return confirmed;
  const theirs = await reuse(
    projectId,
    others.map(({ hash }) => hash),
  );
  const retry: StoredContent[] = [];
  for (const content of others) {
    const existing = theirs.get(content.hash);
    if (existing === undefined) retry.push(content);
    else confirmed.push(existing);
  }
  // What a conflict kept from being confirmed together is confirmed one by one.
  for (const content of retry) confirmed.push(...(await confirm(projectId, [content])));
  return confirmed;
}

/** Removes contents that nothing refers to, with their bytes. Gives how many there were. */
export async function collectContents({
  graceMinutes = GRACE_MINUTES,
}: {
  graceMinutes?: number;
} = {}): Promise<number> {
  let collected = 0;
  for (;;) {
    const { rows } = await pgPool().query<{ id: string }>(
      `WITH unused AS (
         SELECT id FROM vfs_contents c
         WHERE last_used_at < now() - make_interval(mins => $1)
           AND NOT EXISTS (SELECT 1 FROM vfs_entries e WHERE e.content_id = c.id)
           AND NOT EXISTS (SELECT 1 FROM vfs_versions v WHERE v.content_id = c.id)
           AND NOT EXISTS (SELECT 1 FROM vfs_staged_entries s WHERE s.content_id = c.id)
         LIMIT $2 FOR UPDATE SKIP LOCKED),
       gone AS (DELETE FROM vfs_contents WHERE id IN (SELECT id FROM unused) RETURNING id, store),
       doomed AS (INSERT INTO vfs_doomed_contents SELECT id, store FROM gone WHERE store <> 'postgres')
       SELECT id FROM gone`,
      [graceMinutes, COLLECT_BATCH],
    );
    collected += rows.length;
    if (rows.length < COLLECT_BATCH) break;
  }
  await removeDoomed();
  return collected;
}

/** Bytes whose row is gone; the note of them goes last, so that a failure is made good the next time. */
async function removeDoomed(): Promise<void> {
  for (;;) {
    const { rows } = await pgPool().query<{ id: string; store: StoreName }>(
      "SELECT id, store FROM vfs_doomed_contents LIMIT $1",
      [COLLECT_BATCH],
    );
    if (rows.length === 0) return;
    const ids = rows.map(({ id }) => id);
    await storeNamed("gridfs").delete(ids);
    await pgPool().query("DELETE FROM vfs_doomed_contents WHERE id = ANY($1::uuid[])", [ids]);
  }
}
