import { randomBytes, randomUUID } from "node:crypto";
import { MongoClient } from "mongodb";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createGridFSStore, type GridFSStore } from "../../vfs/gridfs-store";
import { type MongoServer, startMongoServer } from "../mongo-server/server";
import { read } from "../support/content-stores";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy";

/** Short, so that giving up can be waited for. */
const TIMEOUTS = {
  serverSelectionTimeoutMS: 500,
  connectTimeoutMS: 500,
  socketTimeoutMS: 500,
  waitQueueTimeoutMS: 500,
};

let mongo: MongoServer;
let proxy: TcpProxy;
let store: GridFSStore;
let admin: MongoClient;

beforeAll(async () => {
  mongo = await startMongoServer();
  proxy = await startTcpProxy(mongo.port);
  store = createGridFSStore({ uri: `mongodb://127.0.0.1:${proxy.port}/faults`, timeouts: TIMEOUTS });
  admin = new MongoClient(mongo.uri);
});

afterEach(async () => {
  await proxy.fail({ kind: "none" });
  await failCommand("off");
});

afterAll(async () => {
  await store.close();
  await admin.close();
  await proxy.close();
  await mongo.close();
});

async function failCommand(mode: "off" | { times: number }, data: object = {}): Promise<void> {
  await admin.db("admin").command({ configureFailPoint: "failCommand", mode, data });
}

async function put(data = randomBytes(1_000)): Promise<{ id: string; data: Buffer }> {
  const id = randomUUID();
  await store.putMany([{ id, name: "a", data }]);
  return { id, data };
}

async function expectToWork(): Promise<void> {
  // The driver may find out by the first request that a connection of its pool is gone.
  const { id, data } = await put().catch(() => put());
  expect(await read(store, id)).toEqual(data);
}

const unavailable = { reason: "content_store_unavailable", retryable: true, hint: expect.stringContaining("MongoDB") };

describe("a MongoDB that", () => {
  it.each([
    ["refuses connections", { kind: "refused" }],
    ["takes requests and is silent", { kind: "silent" }],
    ["resets the connection in the middle of a request", { kind: "reset", afterBytes: 500 }],
  ] as const)("%s is unavailable, and works when it is back", async (_, fault) => {
    const before = await put();
    await proxy.fail(fault);
    await expect(put()).rejects.toMatchObject(unavailable);
    await expect(read(store, before.id)).rejects.toMatchObject(unavailable);
    await proxy.fail({ kind: "none" });
    await expectToWork();
    expect(await read(store, before.id)).toEqual(before.data);
  });

  it("is slow works all the same", async () => {
    await proxy.fail({ kind: "slow", delayMs: 50 });
    await expectToWork();
  });

  it("breaks off while a file is streamed leaves nothing that looks whole", async () => {
    await expectToWork();
    const id = randomUUID();
    async function* source(): AsyncGenerator<Buffer> {
      yield randomBytes(600_000);
      await proxy.fail({ kind: "reset", afterBytes: 1_000 });
      yield randomBytes(600_000);
    }
    await expect(store.put({ id, name: "streamed", data: source() })).rejects.toMatchObject(unavailable);
    await proxy.fail({ kind: "none" });
    await expectToWork();
    await expect(read(store, id)).rejects.toMatchObject({ reason: "content_missing" });
    await store.delete([id]);
  });

  it("has no space left says so", async () => {
    await failCommand({ times: 1 }, { failCommands: ["insert"], errorCode: 14031 });
    await expect(put()).rejects.toMatchObject({ reason: "storage_full", code: "unavailable" });
    await expectToWork();
  });

  it("is away when the backend starts is used once it is there", async () => {
    await proxy.fail({ kind: "refused" });
    const early = createGridFSStore({ uri: `mongodb://127.0.0.1:${proxy.port}/late`, timeouts: TIMEOUTS });
    const content = { id: randomUUID(), name: "a", data: randomBytes(10) };
    await expect(early.putMany([content])).rejects.toMatchObject(unavailable);
    await proxy.fail({ kind: "none" });
    await early.putMany([content]);
    expect(await read(early, content.id)).toEqual(content.data);
    await early.close();
  });

  it("is named by a URI with a password keeps that out of its errors", async () => {
    const password = "p".repeat(12);
    const other = createGridFSStore({ uri: `mongodb://user:${password}@127.0.0.1:1/x`, timeouts: TIMEOUTS });
    const outcome = await other
      .putMany([{ id: randomUUID(), name: "a", data: randomBytes(1) }])
      .catch((e: unknown) => e);
    expect(outcome).toMatchObject(unavailable);
    expect(String(outcome)).not.toContain(password);
    await other.close();
  });

  it("is named by something that is no URI is unavailable", async () => {
    const other = createGridFSStore({ uri: "not a uri" });
    await expect(other.readMany([randomUUID()])).rejects.toMatchObject(unavailable);
    await other.close();
  });

  it("is several hosts is asked for the database of the URI", async () => {
    const hosts = `127.0.0.1:${proxy.port},127.0.0.1:${proxy.port}`;
    const several = createGridFSStore({ uri: `mongodb://${hosts}/named?retryWrites=false`, timeouts: TIMEOUTS });
    const id = randomUUID();
    await several.putMany([{ id, name: "a", data: randomBytes(1) }]).catch(() => undefined);
    const found = await admin.db("named").collection<{ _id: string }>("project_files.files").findOne({ _id: id });
    await several.close();
    expect(found?._id).toBe(id);
  });
});
