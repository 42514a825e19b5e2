import { createHash } from "node:crypto";
import { DomainError } from "../platform/errors";
import { inTransaction, pgPool } from "../platform/pg-pool";
import { GRACE_MINUTES } from "./collector";
import { isDamage } from "./content-damage";
import type { ContentStore, SmallContent, StoreName } from "./content-store";
import { hashOf } from "./contents";
import { storeNamed } from "./stores";

/**
 * Moves the contents of a project to the other store while the project is used. A batch is noted as doomed where it is
 * going, copied, and then its rows name the new store and what was left behind is noted in place of the copy: one
 * transaction. So at any moment the store that a row names has the bytes, and a note tells of any other copy. Whoever
 * found the old store before that has the collector's grace to read from it.
 */

export interface MoveOptions {
  projectId: string;
  to: StoreName;
  onBatch?: (progress: MoveResult) => void;
}

export interface MoveResult {
  moved: number;
  bytes: number;
  /** Ids of contents that stay where they are, because they are damaged there. */
  damaged: string[];
}

interface MovedContent {
  id: string;
  hash: string;
  size: number;
  name: string;
}

/** Contents up to this size are copied many at a time. */
const SMALL_BYTES = 256 * 1024;
const BATCH_BYTES = 8 * 1024 * 1024;
const BATCH_CONTENTS = 500;
/** Much longer than copying one batch takes: what a killed move leaves behind goes after this. */
const COPY_MINUTES = 60;
/** The first of PostgreSQL's two numbers of an advisory lock; the second is the project's. */
const MOVE_LOCK = 0x766d76;

/** Goes on where a move that was cut off ended. Throws `move_running`. */
export async function moveContents(options: MoveOptions): Promise<MoveResult> {
  const client = await pgPool().connect();
  try {
    const { rows } = await client.query<{ mine: boolean }>("SELECT pg_try_advisory_lock($1, hashtext($2)) AS mine", [
      MOVE_LOCK,
      options.projectId,
    ]);
    if (rows[0]?.mine !== true) {
      throw new DomainError("move_running", `the contents of project ${options.projectId} are being moved already`);
    }
    return await moveAll(options);
  } finally {
    // Ends the connection, and with it the lock.
    client.release(true);
  }
}

async function moveAll({ projectId, to, onBatch }: MoveOptions): Promise<MoveResult> {
  const result: MoveResult = { moved: 0, bytes: 0, damaged: [] };
  for (;;) {
    const batch = await nextBatch({ projectId, to, except: result.damaged });
    if (batch.length === 0) return result;
    const whole = new Set(await copyBatch(batch, to));
    result.moved += await switchRows([...whole], to);
    result.bytes += batch.reduce((sum, { id, size }) => sum + (whole.has(id) ? size : 0), 0);
    result.damaged.push(...batch.flatMap(({ id }) => (whole.has(id) ? [] : [id])));
    onBatch?.(result);
  }
}

/** A number of small contents, or a single larger one. */
async function nextBatch({
  projectId,
  to,
  except,
}: {
  projectId: string;
  to: StoreName;
  except: string[];
}): Promise<MovedContent[]> {
  const { rows } = await pgPool().query<MovedContent>(
    `SELECT c.id, c.hash, c.size::float8 AS size, c.project_id || '/' || COALESCE(
       (SELECT min(path) FROM vfs_entries e WHERE e.content_id = c.id),
       (SELECT min(path) FROM vfs_versions v WHERE v.content_id = c.id), c.id::text) AS name
     FROM vfs_contents c
     WHERE c.project_id = $1 AND c.store <> $2 AND c.hash IS NOT NULL AND c.id <> ALL($3::uuid[])
     ORDER BY c.id LIMIT $4`,
    [projectId, to, except, BATCH_CONTENTS],
  );
  const [first] = rows;
  if (first === undefined || first.size > SMALL_BYTES) return rows.slice(0, 1);
  let bytes = 0;
  const end = rows.findIndex(({ size }) => {
    bytes += size;
    return size > SMALL_BYTES || bytes > BATCH_BYTES;
  });
  return end === -1 ? rows : rows.slice(0, end);
}

/** Gives the ids of those that arrived whole. */
async function copyBatch(batch: readonly MovedContent[], to: StoreName): Promise<string[]> {
  const ids = batch.map(({ id }) => id);
  // Waits for a collector that is just removing an earlier copy.
  await pgPool().query(
    `INSERT INTO vfs_doomed_contents (id, store, remove_after)
     SELECT unnest($1::uuid[]), $2, now() + make_interval(mins => $3)
     ON CONFLICT (id, store) DO UPDATE SET remove_after = EXCLUDED.remove_after`,
    [ids, to, COPY_MINUTES],
  );
  const [source, target] = [storeNamed(to === "gridfs" ? "postgres" : "gridfs"), storeNamed(to)];
  // What a move that was cut off has copied in part.
  await target.delete(ids);
  const [first] = batch;
  if (first !== undefined && first.size > SMALL_BYTES) return await copyLarge(first, { source, target });
  const whole = await readWhole(batch, source);
  await target.putMany(whole);
  return whole.map(({ id }) => id);
}

interface Stores {
  source: ContentStore;
  target: ContentStore;
}

async function copyLarge({ id, name, hash }: MovedContent, { source, target }: Stores): Promise<string[]> {
  const sha256 = createHash("sha256");
  async function* hashed(): AsyncGenerator<Buffer> {
    for await (const piece of source.open(id)) {
      sha256.update(piece);
      yield piece;
    }
  }
  try {
    await target.put({ id, name, data: hashed() });
  } catch (error) {
    if (isDamage(error)) return [];
    throw error;
  }
  return sha256.digest("hex") === hash ? [id] : [];
}

async function readWhole(batch: readonly MovedContent[], source: ContentStore): Promise<SmallContent[]> {
  try {
    const contents = await source.readMany(batch.map(({ id }) => id));
    return batch.flatMap(({ id, name, hash }) => {
      const data = contents.get(id);
      return data !== undefined && hashOf(data) === hash ? [{ id, name, data }] : [];
    });
  } catch (error) {
    if (!isDamage(error)) throw error;
    // One of them spoils the others' reading; alone it is found.
    const [only, ...more] = batch;
    if (only === undefined || more.length === 0) return [];
    const half = Math.ceil(batch.length / 2);
    return [...(await readWhole(batch.slice(0, half), source)), ...(await readWhole(batch.slice(half), source))];
  }
}

/** From here on the rows name the new store; what is in the other one goes once nobody reads from it any more. */
async function switchRows(ids: readonly string[], to: StoreName): Promise<number> {
  return await inTransaction(async (client) => {
    // A copy without its note may have been removed by the collector: the batch took too long, and is copied again.
    const { rows: noted } = await client.query<{ id: string }>(
      "SELECT id FROM vfs_doomed_contents WHERE id = ANY($1::uuid[]) AND store = $2 ORDER BY id FOR UPDATE",
      [ids, to],
    );
    const { rows: switched } = await client.query<{ id: string }>(
      "UPDATE vfs_contents SET store = $2 WHERE id = ANY($1::uuid[]) AND store <> $2 RETURNING id",
      [noted.map(({ id }) => id), to],
    );
    const moved = switched.map(({ id }) => id);
    await client.query("DELETE FROM vfs_doomed_contents WHERE id = ANY($1::uuid[]) AND store = $2", [moved, to]);
    await client.query(
      `INSERT INTO vfs_doomed_contents (id, store, remove_after)
       SELECT id, CASE $2 WHEN 'gridfs' THEN 'postgres' ELSE 'gridfs' END, now() + make_interval(mins => $3)
       FROM unnest($1::uuid[]) AS id
       ON CONFLICT (id, store) DO UPDATE SET remove_after = EXCLUDED.remove_after`,
      [moved, to, GRACE_MINUTES],
    );
    return moved.length;
  });
}
