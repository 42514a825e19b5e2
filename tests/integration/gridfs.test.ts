import { randomBytes, randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { Binary, GridFSBucket, Int32, Long, MongoClient } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGridFSStore, type GridFSStore } from "../../vfs/gridfs-store";
import { CHUNK_BYTES, read } from "../support/content-stores";
import { startMongoDB, type TestMongoDB } from "../support/mongodb";

let mongo: TestMongoDB;
let client: MongoClient;
let store: GridFSStore;
let bucket: GridFSBucket;

beforeAll(async () => {
  mongo = await startMongoDB();
  client = new MongoClient(mongo.uri, { promoteValues: false });
  store = createGridFSStore({ uri: mongo.uri, chunkBytes: CHUNK_BYTES });
  bucket = new GridFSBucket(client.db(), { bucketName: "project_files", chunkSizeBytes: CHUNK_BYTES });
});

afterAll(async () => {
  await store.close();
  await client.close();
  await mongo.close();
});

const files = (database?: string) => client.db(database).collection<{ _id: string }>("project_files.files");
const chunks = (database?: string) => client.db(database).collection("project_files.chunks");

async function put(data: Buffer, name = "a"): Promise<string> {
  const id = randomUUID();
  await store.putMany([{ id, name, data }]);
  return id;
}

describe("the layout in GridFS", () => {
  it("is that of the specification, with a name that people recognise", async () => {
    const id = await put(Buffer.from("12345"), "project/src/index.ts");
    const file = await files().findOne({ _id: id });
    expect(file).toMatchObject({
      length: Long.fromNumber(5),
      chunkSize: new Int32(4),
      filename: "project/src/index.ts",
    });
    expect(file).toHaveProperty("uploadDate", expect.any(Date));
    const found = await chunks().find({ files_id: id }).sort({ n: 1 }).toArray();
    expect(found.map(({ n, data }) => ({ n, data: (data as Binary).toString() }))).toEqual([
      { n: new Int32(0), data: "1234" },
      { n: new Int32(1), data: "5" },
    ]);
  });

  it.each([
    [0, []],
    [1, [1]],
    [3, [3]],
    [4, [4]],
    [5, [4, 1]],
    [8, [4, 4]],
  ])("of %i bytes has chunks of %j", async (length, sizes) => {
    const id = await put(randomBytes(length));
    const found = await chunks().find({ files_id: id }).sort({ n: 1 }).toArray();
    expect(found.map(({ data }) => (data as Binary).length())).toEqual(sizes);
  });

  it("without its file document is missing, and deleting it removes its chunks", async () => {
    const id = await put(randomBytes(8));
    await files().deleteOne({ _id: id });
    await expect(read(store, id)).rejects.toMatchObject({ reason: "content_missing" });
    await expect(store.readMany([id])).rejects.toMatchObject({ reason: "content_missing" });
    await store.delete([id]);
    expect(await chunks().find({ files_id: id }).toArray()).toEqual([]);
  });

  it("may have an empty chunk for an empty file, as old clients write it", async () => {
    const id = await put(Buffer.alloc(0));
    await chunks().insertOne({ files_id: id, n: new Int32(0), data: new Binary(Buffer.alloc(0)) });
    expect(await read(store, id)).toHaveLength(0);
    expect((await store.readMany([id])).get(id)).toHaveLength(0);
  });

  it("is not lost when only a part of a damaged content is wanted that is whole", async () => {
    const id = await put(Buffer.from("123456789"));
    await chunks().deleteOne({ files_id: id, n: new Int32(2) });
    expect((await read(store, id, { start: 1, end: 7 })).toString()).toBe("234567");
  });
});

describe("another GridFS client", () => {
  it.each([0, 1, 4, 5, 8, 100])("reads what we write, %i bytes", async (length) => {
    const data = randomBytes(length);
    const id = await put(data, `project/${length}.bin`);
    const streamed = randomUUID();
    await store.put({ id: streamed, name: "streamed", data: Readable.from([data]) });
    // The bucket takes ids of any type; its declarations know only ObjectId.
    const asId = (value: string) => value as unknown as Parameters<GridFSBucket["openDownloadStream"]>[0];
    expect(await buffer(bucket.openDownloadStream(asId(id)))).toEqual(data);
    expect(await buffer(bucket.openDownloadStream(asId(streamed)))).toEqual(data);
    expect(await buffer(bucket.openDownloadStreamByName(`project/${length}.bin`))).toEqual(data);
  });

  it.each([0, 1, 4, 5, 8, 100])("writes what we read, %i bytes", async (length) => {
    const data = randomBytes(length);
    const id = randomUUID();
    const upload = bucket.openUploadStreamWithId(
      id as unknown as Parameters<GridFSBucket["openUploadStreamWithId"]>[0],
      "theirs",
    );
    await pipeline(Readable.from([data]), upload);
    expect(await read(store, id)).toEqual(data);
    expect((await store.readMany([id])).get(id)).toEqual(data);
  });

  it("may have chosen another size of chunks", async () => {
    const data = randomBytes(100);
    const wide = createGridFSStore({ uri: mongo.uri, chunkBytes: 7 });
    const id = randomUUID();
    await wide.putMany([{ id, name: "wide", data }]);
    await wide.close();
    expect(await read(store, id)).toEqual(data);
    expect(await read(store, id, { start: 5, end: 50 })).toEqual(data.subarray(5, 50));
  });
});

describe("the indexes of a bucket", () => {
  async function keysOf(collection: { indexes(): Promise<{ key: object; unique?: boolean }[]> }): Promise<unknown[]> {
    return (await collection.indexes()).map(({ key, unique }) => [Object.keys(key), unique === true]);
  }

  /** A store on a database of its own. */
  async function onDatabase(work: (database: string, put: () => Promise<void>) => Promise<void>): Promise<void> {
    const database = `indexes_${randomUUID().replaceAll("-", "")}`;
    const uri = new URL(mongo.uri);
    uri.pathname = `/${database}`;
    const own = createGridFSStore({ uri: uri.href });
    try {
      await work(database, () => own.putMany([{ id: randomUUID(), name: "a", data: Buffer.from("a") }]));
    } finally {
      await own.close();
      await client.db(database).dropDatabase();
    }
  }

  it("are the specification's, made before the first write", async () => {
    await onDatabase(async (database, write) => {
      await write();
      expect(await keysOf(files(database))).toContainEqual([["filename", "uploadDate"], false]);
      expect(await keysOf(chunks(database))).toContainEqual([["files_id", "n"], true]);
    });
  });

  it("are not made again where they are, whatever the numbers' type and the index' name", async () => {
    await onDatabase(async (database, write) => {
      await files(database).createIndex({ filename: Long.fromNumber(1), uploadDate: 1 } as never, { name: "theirs" });
      await chunks(database).createIndex({ files_id: 1, n: 1 }, { name: "theirs", unique: true });
      await write();
      expect(await keysOf(files(database))).toHaveLength(2);
      expect(await keysOf(chunks(database))).toHaveLength(2);
    });
  });

  it("are left alone where the bucket has files already", async () => {
    await onDatabase(async (database, write) => {
      await files(database).insertOne({ _id: randomUUID() });
      await write();
      expect(await keysOf(files(database))).toEqual([[["_id"], false]]);
    });
  });
});
