import type { Pool, PoolClient } from "pg";
import { prepared } from "../platform/pg-pool";
import { chunksOf, inChunks, sliceOfChunk, splitBuffer } from "./chunks";
import { confirming } from "./confirm-lock";
import { type Chunk, type ChunkedContent, joinChunks, missing, refuseExtraChunk, requireChunk } from "./content-damage";
import type { ByteRange, SmallContent, TransactionalStore } from "./content-store";
import { copiedRows, copyRows, type Field, intField, uuidField } from "./copy-rows";

/** As large as GridFS' chunks, so that both stores behave alike. */
export const CHUNK_BYTES = 255 * 1024;

export interface PostgresStoreOptions {
  pool: () => Pool;
  chunkBytes?: number;
}

/** The commit need not be on disk, because the later one of whoever refers to the content brings it there as well. */
const INSERT = `INSERT INTO vfs_chunks (content_id, n, data)
  SELECT $1, $2, $3 FROM set_config('synchronous_commit', 'off', true)`;

/** A content's row, and its bytes unless the project has them already. */
const INSERT_RECORDED = `WITH turn AS (
    SELECT ${confirming("$1::text")}),
  own AS (
    INSERT INTO vfs_contents (id, project_id, store, hash, size, stored)
    SELECT $2::uuid, $1::uuid, 'postgres', $3, length($4::bytea), true FROM turn
    ON CONFLICT (project_id, hash) WHERE stored DO NOTHING RETURNING id)
  , bytes AS (
    INSERT INTO vfs_chunks (content_id, n, data)
    SELECT own.id, n, substring($4::bytea FROM n * $5::int + 1 FOR $5::int)
    FROM own, generate_series(0, (length($4::bytea) - 1) / $5::int) AS n WHERE length($4::bytea) > 0)
  SELECT id FROM own`;

/** A chunk, with what is needed to tell whether it is all of the content. */
const FIRST_CHUNK = `SELECT c.size, k.data,
    EXISTS (SELECT 1 FROM vfs_chunks b WHERE b.content_id = c.id AND b.n = $2::int + 1) AS more
  FROM vfs_contents c LEFT JOIN vfs_chunks k ON k.content_id = c.id AND k.n = $2::int
  WHERE c.id = $1 AND c.size IS NOT NULL`;

interface FirstChunkRow {
  size: string;
  /** Null where the content has no such chunk. */
  data: Buffer | null;
  /** Whether there is a chunk behind it. */
  more: boolean;
}

/** Contents in the database itself: rows of vfs_chunks, which belong to a row of vfs_contents and go with it. */
export function createPostgresStore({ pool, chunkBytes = CHUNK_BYTES }: PostgresStoreOptions): TransactionalStore {
  function* chunkRows(contents: readonly SmallContent[]): Generator<Field[]> {
    for (const { id, data } of contents) {
      const content = uuidField(id);
      for (const [n, chunk] of splitBuffer(data, chunkBytes).entries()) yield [content, intField(n), chunk];
    }
  }

  async function copy(client: PoolClient, contents: readonly SmallContent[]): Promise<void> {
    await copyRows(client, "vfs_chunks (content_id, n, data)", chunkRows(contents));
  }

  /** Contents that have been stored, by id. */
  async function chunked(ids: readonly string[]): Promise<Map<string, ChunkedContent>> {
    const { rows } = await pool().query<{ id: string; size: string }>(
      "SELECT id, size FROM vfs_contents WHERE id = ANY($1::uuid[]) AND size IS NOT NULL",
      [ids],
    );
    return new Map(rows.map(({ id, size }) => [id, { id, length: Number(size), chunkBytes }]));
  }

  /** By content, in the order of their numbers; of all of them, or the one of number `n`. */
  async function chunksById(ids: readonly string[], n?: number): Promise<Map<string, Chunk[]>> {
    const rows = await withClient(async (client) => {
      const wanted = `content_id = ANY(${client.escapeLiteral(`{${ids.join(",")}}`)}::uuid[])`;
      const numbered = n === undefined ? "" : ` AND n = ${n}`;
      const statement = `SELECT content_id, n, data FROM vfs_chunks WHERE ${wanted}${numbered} ORDER BY content_id, n`;
      return await copiedRows(client, statement);
    });
    const byKey = new Map<string, Chunk[]>();
    for (const [key, number, data] of rows as [Buffer, Buffer, Buffer][]) {
      const chunk = { n: number.readInt32BE(), data };
      const others = byKey.get(key.toString("hex"));
      if (others === undefined) byKey.set(key.toString("hex"), [chunk]);
      else others.push(chunk);
    }
    return new Map(ids.map((id) => [id, byKey.get(id.replaceAll("-", "")) ?? []]));
  }

  async function chunkAt(id: string, n: number): Promise<Chunk | undefined> {
    return (await chunksById([id], n)).get(id)?.[0];
  }

  async function withClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await pool().connect();
    let failed = true;
    try {
      const result = await work(client);
      failed = false;
      return result;
    } finally {
      // After a failure nobody knows what the connection is still in the middle of.
      client.release(failed);
    }
  }

  return {
    name: "postgres",

    async putMany(contents) {
      await withClient(async (client) => {
        await client.query("BEGIN");
        await client.query("SET LOCAL synchronous_commit = off");
        await copy(client, contents);
        await client.query("COMMIT");
      });
    },

    putManyWithin: copy,

    async putRecorded(projectId, { id, hash, data }) {
      const { rowCount } = await pool().query(prepared(INSERT_RECORDED, [projectId, id, hash, data, chunkBytes]));
      return rowCount === 1;
    },

    async put({ id, data }) {
      let n = 0;
      let bytes = 0;
      for await (const chunk of inChunks(data, chunkBytes)) {
        await pool().query(INSERT, [id, n, chunk]);
        n += 1;
        bytes += chunk.length;
      }
      return bytes;
    },

    async *open(id, range?: ByteRange) {
      const begin = Math.floor((range?.start ?? 0) / chunkBytes);
      const { rows } = await pool().query<FirstChunkRow>(prepared(FIRST_CHUNK, [id, begin]));
      const [found] = rows;
      if (found === undefined) throw missing(id);
      const length = Number(found.size);
      const content = { id, length, chunkBytes };
      const wanted = { start: range?.start ?? 0, end: Math.min(range?.end ?? length, length), size: chunkBytes };
      const span = chunksOf(wanted, chunkBytes);
      if (span === undefined) return;
      const first = found.data === null ? undefined : { n: begin, data: found.data };
      yield sliceOfChunk(requireChunk(first, begin, content), begin, wanted);
      for (let n = begin + 1; n <= span.last; n++) {
        yield sliceOfChunk(requireChunk(await chunkAt(id, n), n, content), n, wanted);
      }
      const isWhole = wanted.start === 0 && wanted.end === length;
      if (!isWhole) return;
      const extra = span.last === begin ? found.more : (await chunkAt(id, span.last + 1)) !== undefined;
      refuseExtraChunk(extra ? { n: span.last + 1 } : undefined, content);
    },

    async readMany(ids) {
      const [contents, chunks] = await Promise.all([chunked(ids), chunksById(ids)]);
      return new Map(
        ids.map((id) => {
          const content = contents.get(id);
          if (content === undefined) throw missing(id);
          return [id, joinChunks(chunks.get(id) ?? [], content)];
        }),
      );
    },

    async delete(ids) {
      await pool().query("DELETE FROM vfs_chunks WHERE content_id = ANY($1::uuid[])", [ids]);
    },
  };
}
