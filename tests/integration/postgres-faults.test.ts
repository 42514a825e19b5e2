import { randomBytes, randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { db } from "../../database";
import { databaseFailure } from "../../platform/database-errors";
import { pgPool } from "../../platform/pg-pool";
import { insertProject } from "../../projects/project-store";
import { findFile } from "../../vfs/entry";
import { checkIntegrity } from "../../vfs/integrity";
import { createPostgresStore } from "../../vfs/postgres-store";
import { writeFile } from "../../vfs/writing";
import { read } from "../support/content-stores";
import { whileDiskIsFull } from "../support/full-disk";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy";

let proxy: TcpProxy;
let pool: pg.Pool;
let projectId: string;

beforeAll(async () => {
  const uri = new URL(db.connectionString);
  proxy = await startTcpProxy(Number(uri.port));
  uri.port = String(proxy.port);
  // Short, so that giving up can be waited for.
  pool = new pg.Pool({ connectionString: uri.href, max: 2, connectionTimeoutMillis: 1_000, query_timeout: 1_000 });
  pool.on("error", () => undefined);
  // As the app's own pool has it: a connection that breaks in somebody's hands fails what it was used for.
  pool.on("connect", (client) => client.on("error", () => undefined));
  projectId = await newProject();
});

afterEach(() => proxy.fail({ kind: "none" }));

afterAll(async () => {
  await pool.end();
  await proxy.close();
});

async function newProject(): Promise<string> {
  const project = await insertProject({ ownerId: randomUUID(), name: "faults", description: "", repository: null });
  if (project === null) throw new Error("the name was taken");
  return project.id;
}

const store = createPostgresStore({ pool: () => pool });

/** A content of which the row is there, written around the proxy. */
async function prepared(data: Buffer): Promise<string> {
  const id = randomUUID();
  await pgPool().query("INSERT INTO vfs_contents (id, project_id, store, size) VALUES ($1, $2, 'postgres', $3)", [
    id,
    projectId,
    data.length,
  ]);
  return id;
}

/** What a caller is told. */
async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => "no failure",
    (error: unknown) => databaseFailure(error) ?? error,
  );
}

const unavailable = { reason: "database_unavailable", code: "unavailable", retryable: true };

describe("a PostgreSQL that", () => {
  it.each([
    ["refuses connections", { kind: "refused" }],
    ["takes requests and is silent", { kind: "silent" }],
    ["resets the connection in the middle of a request", { kind: "reset", afterBytes: 100_000 }],
  ] as const)("%s is unavailable, keeps no part, and works when it is back", async (_, fault) => {
    const data = randomBytes(3_000_000);
    const id = await prepared(data);
    await proxy.fail(fault);
    expect(await failureOf(store.putMany([{ id, name: "a", data }]))).toMatchObject(unavailable);
    await proxy.fail({ kind: "none" });
    // A request that was answered by nobody may have been carried out: never by half.
    const whole = await read(store, id).catch((error: unknown) => error);
    if (Buffer.isBuffer(whole)) expect(whole.equals(data)).toBe(true);
    else expect(whole).toMatchObject({ reason: "content_corrupted", message: expect.stringContaining("chunk 0") });
    await store.delete([id]);
    await store.putMany([{ id, name: "a", data }]);
    expect((await read(store, id)).equals(data)).toBe(true);
  });

  it("is slow works all the same", async () => {
    const data = randomBytes(1_000);
    const id = await prepared(data);
    await proxy.fail({ kind: "slow", delayMs: 30 });
    await store.putMany([{ id, name: "a", data }]);
    expect(await read(store, id)).toEqual(data);
  });
});

describe("a disk that is full", () => {
  it.each(["vfs_contents", "vfs_chunks", "vfs_entries"])(
    "at %s is told as such and leaves the file as it was",
    async (table) => {
      const [before, after] = [randomBytes(1_000), randomBytes(300_000)];
      await writeFile({ projectId, path: "a" }, before);
      await whileDiskIsFull({ table: table, projectId }, async () => {
        const failure = await failureOf(writeFile({ projectId, path: "a" }, after));
        expect(failure).toMatchObject({ reason: "storage_full", code: "unavailable" });
      });
      const { contentId } = await findFile({ projectId, path: "a" });
      expect(await read(createPostgresStore({ pool: pgPool }), contentId)).toEqual(before);
      expect(
        (await checkIntegrity({ projectId, repair: false })).problems.filter(({ paths }) => paths.includes("a")),
      ).toEqual([]);
      await writeFile({ projectId, path: "a" }, after);
    },
  );
});
