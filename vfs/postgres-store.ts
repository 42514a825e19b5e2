import type { Pool } from "pg";
import { DomainError } from "../platform/errors";
import { chunksOf, inChunks, sliceOfChunk, splitBuffer } from "./chunks";
import type { ByteRange, ContentStore, SmallContent } from "./content-store";

/** As large as GridFS' chunks, so that both stores behave alike. */
export const CHUNK_BYTES = 255 * 1024;

export interface PostgresStoreOptions {
  pool: () => Pool;
  chunkBytes?: number;
}

const INSERT = `INSERT INTO vfs_chunks (content_id, n, data)
  SELECT * FROM unnest($1::uuid[], $2::int[], $3::bytea[])`;

/** Contents in the database itself: rows of vfs_chunks, which belong to a row of vfs_contents and go with it. */
export function createPostgresStore({ pool, chunkBytes = CHUNK_BYTES }: PostgresStoreOptions): ContentStore {
  async function insert(chunks: { id: string; n: number; data: Buffer }[]): Promise<void> {
    if (chunks.length === 0) return;
    await pool().query(INSERT, [chunks.map(({ id }) => id), chunks.map(({ n }) => n), chunks.map(({ data }) => data)]);
  }

  /** The size that the row gives; undefined when there is no stored content of that id. */
  async function sizeOf(id: string): Promise<number> {
    const { rows } = await pool().query<{ size: string | null }>("SELECT size FROM vfs_contents WHERE id = $1", [id]);
    const size = rows[0]?.size;
    if (size === undefined || size === null) throw missing(id);
    return Number(size);
  }

  return {
    name: "postgres",

    async putMany(contents: readonly SmallContent[]) {
      await insert(
        contents.flatMap(({ id, data }) => splitBuffer(data, chunkBytes).map((chunk, n) => ({ id, n, data: chunk }))),
      );
    },

    async put(id, data) {
      let n = 0;
      let bytes = 0;
      for await (const chunk of inChunks(data, chunkBytes)) {
        await insert([{ id, n, data: chunk }]);
        n += 1;
        bytes += chunk.length;
      }
      return bytes;
    },

    async *open(id, range?: ByteRange) {
      const size = await sizeOf(id);
      const wanted = { start: range?.start ?? 0, end: Math.min(range?.end ?? size, size), size: chunkBytes };
      const span = chunksOf(wanted, chunkBytes);
      if (span === undefined) return;
      for (let n = span.first; n <= span.last; n++) {
        const { rows } = await pool().query<{ data: Buffer }>(
          "SELECT data FROM vfs_chunks WHERE content_id = $1 AND n = $2",
          [id, n],
        );
        const chunk = rows[0]?.data;
        if (chunk === undefined) throw corrupted(id, `chunk ${n} is missing`);
        const expected = Math.min(chunkBytes, size - n * chunkBytes);
        if (chunk.length !== expected)
          throw corrupted(id, `chunk ${n} has ${chunk.length} bytes in place of ${expected}`);
        yield sliceOfChunk(chunk, n, wanted);
      }
    },

    async readMany(ids) {
      const { rows } = await pool().query<{ id: string; size: string | null; data: Buffer | null }>(
        `SELECT c.id, c.size, string_agg(k.data, ''::bytea ORDER BY k.n) AS data
         FROM vfs_contents c LEFT JOIN vfs_chunks k ON k.content_id = c.id WHERE c.id = ANY($1::uuid[]) GROUP BY c.id`,
        [ids],
      );
      const found = new Map(rows.map((row) => [row.id, { size: Number(row.size), data: row.data ?? Buffer.alloc(0) }]));
      const contents = new Map<string, Buffer>();
      for (const id of ids) {
        const row = found.get(id);
        if (row === undefined) throw missing(id);
        if (row.data.length !== row.size)
          throw corrupted(id, `${row.data.length} bytes are there in place of ${row.size}`);
        contents.set(id, row.data);
      }
      return contents;
    },

    async delete(ids) {
      await pool().query("DELETE FROM vfs_chunks WHERE content_id = ANY($1::uuid[])", [ids]);
    },
  };
}

export function missing(id: string): DomainError {
  return new DomainError("content_missing", `the content ${id} is not in its store`);
}

export function corrupted(id: string, what: string): DomainError {
  return new DomainError("content_corrupted", `the content ${id} is damaged: ${what}`);
}
