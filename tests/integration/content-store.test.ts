import { randomBytes, randomUUID } from "node:crypto";
import { Binary, Int32, Long, MongoClient } from "mongodb";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "../../database";
import type { ContentStore } from "../../vfs/content-store";
import { createGridFSStore, type GridFSStore } from "../../vfs/gridfs-store";
import { createPostgresStore } from "../../vfs/postgres-store";
import { startMongoDB, type TestMongoDB } from "../support/mongodb";

/** As small as in the cases of MongoDB's GridFS specification. */
const CHUNK_BYTES = 4;

interface StoreUnderTest {
  name: string;
  open(): Promise<{ store: ContentStore; close(): Promise<void> }>;
  /** What has to be there before the bytes of a content. */
  prepare(id: string): Promise<void>;
  /** What has to be known before a content is read. */
  confirm(id: string, size: number): Promise<void>;
}

let mongo: TestMongoDB;
let projectId: string;
const pool = new pg.Pool({ connectionString: db.connectionString, max: 4 });

beforeAll(async () => {
  mongo = await startMongoDB();
  const { rows } = await pool.query<{ id: string }>(
    "INSERT INTO projects (owner_id, name) VALUES ('store-tests', $1) RETURNING id",
    [randomUUID()],
  );
  projectId = rows[0]?.id ?? "";
});

afterAll(async () => {
  await pool.end();
  await mongo.close();
});

const nothing = async () => undefined;

const STORES: StoreUnderTest[] = [
  {
    name: "PostgreSQL",
    open: async () => ({ store: createPostgresStore({ pool: () => pool, chunkBytes: CHUNK_BYTES }), close: nothing }),
    prepare: async (id) => {
      await pool.query("INSERT INTO vfs_contents (id, project_id, store) VALUES ($1, $2, 'postgres')", [id, projectId]);
    },
    confirm: async (id, size) => {
      await pool.query("UPDATE vfs_contents SET size = $2 WHERE id = $1", [id, size]);
    },
  },
  {
    name: "GridFS",
    open: async () => {
      const store = createGridFSStore({ uri: mongo.uri, chunkBytes: CHUNK_BYTES });
      return { store, close: () => store.close() };
    },
    prepare: nothing,
    confirm: nothing,
  },
];

async function* stream(data: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

async function read(store: ContentStore, id: string, range?: { start: number; end: number }): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of store.open(id, range)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe.each(STORES)("contents in $name", ({ open, prepare, confirm }) => {
  let store: ContentStore;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ store, close } = await open());
  });

  afterAll(() => close());

  async function stored(data: Buffer, how: "putMany" | "put" = "putMany"): Promise<string> {
    const id = randomUUID();
    await prepare(id);
    if (how === "putMany") await store.putMany([{ id, data }]);
    else expect(await store.put(id, stream(data, 3))).toBe(data.length);
    await confirm(id, data.length);
    return id;
  }

  describe.each(["putMany", "put"] as const)("written by %s", (how) => {
    it.each([0, 1, 3, 4, 5, 8, 9, 100])("come back whole with %i bytes", async (length) => {
      const data = randomBytes(length);
      expect((await read(store, await stored(data, how))).equals(data)).toBe(true);
    });
  });

  it.each([
    [0, 0],
    [0, 4],
    [3, 5],
    [4, 8],
    [5, 6],
    [0, 10],
    [9, 10],
    [10, 10],
    [4, 99],
  ])("give the bytes from %i to %i", async (start, end) => {
    const data = randomBytes(10);
    expect((await read(store, await stored(data), { start, end })).equals(data.subarray(start, end))).toBe(true);
  });

  it("are stored and read many at a time", async () => {
    const contents = Array.from({ length: 50 }, (_, i) => ({ id: randomUUID(), data: randomBytes(i) }));
    for (const { id } of contents) await prepare(id);
    await store.putMany(contents);
    for (const { id, data } of contents) await confirm(id, data.length);
    const found = await store.readMany(contents.map(({ id }) => id));
    for (const { id, data } of contents) expect(found.get(id)?.equals(data)).toBe(true);
  });

  it("that are not there are named as missing", async () => {
    await expect(read(store, randomUUID())).rejects.toMatchObject({ reason: "content_missing" });
    await expect(store.readMany([randomUUID()])).rejects.toMatchObject({ reason: "content_missing" });
  });

  it("may be deleted, also when they are not there", async () => {
    const id = await stored(randomBytes(10));
    await store.delete([id, randomUUID()]);
    await expect(read(store, id)).rejects.toMatchObject({
      reason: expect.stringMatching(/^content_(missing|corrupted)$/),
    });
  });

  it("do not leave a content that looks whole when its source breaks", async () => {
    const id = randomUUID();
    await prepare(id);
    async function* breaking(): AsyncGenerator<Buffer> {
      yield randomBytes(9);
      throw new Error("the source broke");
    }
    await expect(store.put(id, breaking())).rejects.toThrow("the source broke");
    await expect(read(store, id)).rejects.toMatchObject({ reason: "content_missing" });
    await store.delete([id]);
  });
});

describe("the layout in GridFS", () => {
  let client: MongoClient;
  let store: GridFSStore;

  beforeAll(async () => {
    client = new MongoClient(mongo.uri, { promoteValues: false });
    store = createGridFSStore({ uri: mongo.uri, chunkBytes: CHUNK_BYTES });
  });

  afterAll(async () => {
    await store.close();
    await client.close();
  });

  const files = () => client.db().collection<{ _id: string }>("project_files.files");
  const chunks = () => client.db().collection("project_files.chunks");

  it("is that of the specification", async () => {
    const id = randomUUID();
    await store.putMany([{ id, data: Buffer.from("12345") }]);
    const file = await files().findOne({ _id: id });
    expect(file).toMatchObject({ _id: id, filename: id, length: Long.fromNumber(5), chunkSize: new Int32(4) });
    expect(file).toHaveProperty("uploadDate", expect.any(Date));
    const found = await chunks().find({ files_id: id }).sort({ n: 1 }).toArray();
    expect(found.map(({ n, data }) => ({ n: Number(n), data: (data as Binary).toString() }))).toEqual([
      { n: 0, data: "1234" },
      { n: 1, data: "5" },
    ]);
  });

  it("has the specification's indexes", async () => {
    const keys = async (collection: { indexes(): Promise<{ key: object; unique?: boolean }[]> }) =>
      (await collection.indexes()).map(({ key, unique }) => JSON.stringify([Object.keys(key), unique === true]));
    expect(await keys(chunks())).toContain(JSON.stringify([["files_id", "n"], true]));
    expect(await keys(files())).toContain(JSON.stringify([["filename", "uploadDate"], false]));
  });

  it.each([
    [
      "a missing chunk in the middle",
      (id: string) => chunks().deleteOne({ files_id: id, n: new Int32(1) }),
      "chunk 1 is missing",
    ],
    [
      "a missing last chunk",
      (id: string) => chunks().deleteOne({ files_id: id, n: new Int32(2) }),
      "chunk 2 is missing",
    ],
    [
      "a chunk of the wrong size",
      (id: string) =>
        chunks().updateOne({ files_id: id, n: new Int32(1) }, { $set: { data: new Binary(Buffer.from("xy")) } }),
      "chunk 1 has 2 bytes in place of 4",
    ],
  ])("names %s", async (_, damage, message) => {
    const id = randomUUID();
    await store.putMany([{ id, data: Buffer.from("123456789") }]);
    await damage(id);
    await expect(read(store, id)).rejects.toMatchObject({
      reason: "content_corrupted",
      message: expect.stringContaining(message),
    });
    await expect(store.readMany([id])).rejects.toMatchObject({ reason: "content_corrupted" });
  });
});

describe("a MongoDB that is down", () => {
  it("gives an error that says so, without the URI and its password", async () => {
    const password = "p".repeat(12);
    const store = createGridFSStore({ uri: `mongodb://user:${password}@127.0.0.1:1/x` });
    const outcome = await store
      .putMany([{ id: randomUUID(), data: Buffer.from("x") }])
      .catch((error: unknown) => error);
    expect(outcome).toMatchObject({ reason: "content_store_unavailable", retryable: true });
    expect(String(outcome)).not.toContain(password);
    await store.close();
  });
});
