import { randomUUID } from "node:crypto";
import { Binary, Int32, MongoClient } from "mongodb";
import pg from "pg";
import { db } from "../../database";
import type { ByteRange, ContentStore } from "../../vfs/content-store";
import { createGridFSStore } from "../../vfs/gridfs-store";
import { createPostgresStore } from "../../vfs/postgres-store";
import { startMongoDB } from "./mongodb";

/** As small as in the cases of MongoDB's GridFS specification. */
export const CHUNK_BYTES = 4;

/** A store with what a test needs to prepare, and to damage, what is in it. */
export interface StoreUnderTest {
  store: ContentStore;
  /** What has to be there before the bytes of a content. */
  prepare(id: string): Promise<void>;
  /** What has to be known before a content is read. */
  confirm(id: string, size: number): Promise<void>;
  deleteChunk(id: string, n: number): Promise<void>;
  setChunk(id: string, n: number, data: Buffer): Promise<void>;
  addChunk(id: string, n: number, data: Buffer): Promise<void>;
  close(): Promise<void>;
}

export const STORES: Record<string, () => Promise<StoreUnderTest>> = {
  PostgreSQL: async () => {
    const pool = new pg.Pool({ connectionString: db.connectionString, max: 4 });
    const projectId = await insertProject(pool);
    return {
      store: createPostgresStore({ pool: () => pool, chunkBytes: CHUNK_BYTES }),
      prepare: async (id) => {
        await pool.query("INSERT INTO vfs_contents (id, project_id, store) VALUES ($1, $2, 'postgres')", [
          id,
          projectId,
        ]);
      },
      confirm: async (id, size) => {
        await pool.query("UPDATE vfs_contents SET size = $2 WHERE id = $1", [id, size]);
      },
      deleteChunk: async (id, n) => {
        await pool.query("DELETE FROM vfs_chunks WHERE content_id = $1 AND n = $2", [id, n]);
      },
      setChunk: async (id, n, data) => {
        await pool.query("UPDATE vfs_chunks SET data = $3 WHERE content_id = $1 AND n = $2", [id, n, data]);
      },
      addChunk: async (id, n, data) => {
        await pool.query("INSERT INTO vfs_chunks (content_id, n, data) VALUES ($1, $2, $3)", [id, n, data]);
      },
      close: () => pool.end(),
    };
  },
  GridFS: async () => {
    const mongo = await startMongoDB();
    const client = new MongoClient(mongo.uri);
    const chunks = () => client.db().collection("project_files.chunks");
    const store = createGridFSStore({ uri: mongo.uri, chunkBytes: CHUNK_BYTES });
    return {
      store,
      prepare: async () => undefined,
      confirm: async () => undefined,
      deleteChunk: async (id, n) => {
        await chunks().deleteOne({ files_id: id, n: new Int32(n) });
      },
      setChunk: async (id, n, data) => {
        await chunks().updateOne({ files_id: id, n: new Int32(n) }, { $set: { data: new Binary(data) } });
      },
      addChunk: async (id, n, data) => {
        await chunks().insertOne({ files_id: id, n: new Int32(n), data: new Binary(data) });
      },
      close: async () => {
        await store.close();
        await client.close();
        await mongo.close();
      },
    };
  },
};

async function insertProject(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    "INSERT INTO projects (owner_id, name) VALUES ('store-tests', $1) RETURNING id",
    [randomUUID()],
  );
  return rows[0]?.id ?? "";
}

/** A source that gives `size` bytes at a time. */
export async function* stream(data: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

export async function read(store: ContentStore, id: string, range?: ByteRange): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of store.open(id, range)) pieces.push(piece);
  return Buffer.concat(pieces);
}
