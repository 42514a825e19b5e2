import { randomBytes, randomUUID } from "node:crypto";
import { MongoClient, ObjectId } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BucketOwner } from "../../vfs/gridfs-owner";
import { createGridFSStore, type GridFSStore } from "../../vfs/gridfs-store";
import { read } from "../support/content-stores";
import { startMongoDB, type TestMongoDB } from "../support/mongodb";

let mongo: TestMongoDB;
let client: MongoClient;
const stores: GridFSStore[] = [];

beforeAll(async () => {
  mongo = await startMongoDB();
  client = new MongoClient(mongo.uri);
});

afterAll(async () => {
  for (const store of stores) await store.close();
  await client.close();
  await mongo.close();
});

/** A database of its own within the server. */
function newUri(): string {
  const uri = new URL(mongo.uri);
  uri.pathname += `_${randomUUID().slice(0, 8)}`;
  return uri.href;
}

/** The store of an installation that knows these contents. */
function storeOf(uri: string, known: string[] = []): GridFSStore {
  const id = randomUUID();
  const owner: BucketOwner = { id: async () => id, knows: async (ids) => ids.some((each) => known.includes(each)) };
  const store = createGridFSStore({ uri, owner });
  stores.push(store);
  return store;
}

const content = () => ({ id: randomUUID(), name: "a", data: randomBytes(10) });
const files = (uri: string) =>
  client.db(new URL(uri).pathname.slice(1)).collection<{ _id: unknown }>("project_files.files");

async function everything(store: GridFSStore): Promise<unknown[]> {
  const ids: unknown[] = [];
  for await (const parts of store.parts()) ids.push(...parts.map(({ id }) => id));
  return ids;
}

const refused = { reason: "content_store_unavailable", hint: expect.stringContaining("MongoDBURI") };

describe("a bucket that two installations share", () => {
  it("belongs to the one that wrote first, and the other neither writes to it nor looks for orphans in it", async () => {
    const uri = newUri();
    const [first, second] = [storeOf(uri), storeOf(uri)];
    const written = content();
    await first.putMany([written]);
    await expect(second.putMany([content()])).rejects.toMatchObject(refused);
    await expect(second.put({ ...content(), data: [] as never })).rejects.toMatchObject(refused);
    await expect(everything(second)).rejects.toMatchObject(refused);
    expect(await read(first, written.id)).toEqual(written.data);
    expect(new Set(await everything(first))).toEqual(new Set([written.id]));
  });

  it("has one owner when both begin at the same time", async () => {
    const uri = newUri();
    const outcomes = await Promise.allSettled([storeOf(uri), storeOf(uri)].map((store) => store.putMany([content()])));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });
});

describe("a bucket of before, that does not say whose it is", () => {
  it("is taken by who knows its contents, and by nobody else", async () => {
    const uri = newUri();
    const written = content();
    const former = createGridFSStore({ uri });
    stores.push(former);
    await former.putMany([written]);
    await expect(everything(storeOf(uri))).rejects.toMatchObject(refused);
    const own = storeOf(uri, [written.id]);
    expect(await everything(own)).toContain(written.id);
    await own.putMany([content()]);
  });

  it("is anybody's while only files of others are in it", async () => {
    const uri = newUri();
    await files(uri).insertOne({ _id: new ObjectId() });
    await storeOf(uri).putMany([content()]);
  });
});
