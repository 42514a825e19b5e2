import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type MongoServer, startMongoServer } from "../mongo-server/server";
import { type SharedPostgres, startSharedPostgres } from "../support/postgres";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy";
import { startVaporform, type Vaporform } from "../support/vaporform";
import { VfsClient } from "../support/vfs-client";

// Whole servers whose PostgreSQL fails, and readers that leave.

const USER = "faults";
const LARGE_BYTES = 60_000_000;

let postgres: SharedPostgres;
let proxy: TcpProxy;
let server: Vaporform;
let mongo: MongoServer;
let withGridFS: Vaporform;
let env: Record<string, string>;

beforeAll(async () => {
  postgres = await startSharedPostgres();
  const { port } = new URL(postgres.connectionString("vaporform"));
  proxy = await startTcpProxy(Number(port));
  env = { ...postgres.env, ENCORE_SQLDB_HOST: `127.0.0.1:${proxy.port}` };
  server = await startVaporform({ env });
  mongo = await startMongoServer();
  withGridFS = await startVaporform({ env: postgres.env, secrets: { MongoDBURI: `${mongo.uri}leaving` } });
});

afterEach(() => proxy.fail({ kind: "none" }));

afterAll(async () => {
  await withGridFS?.stop();
  await server?.stop();
  await mongo?.close();
  await proxy?.close();
  await postgres?.stop();
});

async function put(projectId: string, name: string, data: Uint8Array) {
  const answer = await fetch(`${server.url}/vfs/files/${projectId}/${name}`, {
    method: "PUT",
    headers: { authorization: `Bearer dev:${USER}` },
    body: data,
  });
  return { status: answer.status, body: await answer.json() };
}

async function batch(projectId: string, name: string, data: Buffer) {
  const change = { kind: "file", path: name, content: data.toString("base64"), encoding: "base64" };
  const answer = await fetch(`${server.url}/vfs/batch`, {
    method: "POST",
    headers: { authorization: `Bearer dev:${USER}`, "content-type": "application/json" },
    body: JSON.stringify({ projectId, changes: [change, { ...change, path: `${name}-too` }] }),
  });
  return { status: answer.status, body: await answer.json() };
}

describe("a server whose PostgreSQL has a full disk", () => {
  /** PostgreSQL's own error for it, at each write to the table. */
  async function whileFull(table: string, work: () => Promise<void>): Promise<void> {
    await postgres.query(
      `CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full';
       END $$`,
    );
    await postgres.query(
      `CREATE TRIGGER disk_full BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION disk_full()`,
    );
    try {
      await work();
    } finally {
      await postgres.query("DROP FUNCTION disk_full CASCADE");
    }
  }

  it.each(["vfs_contents", "vfs_chunks", "vfs_entries", "vfs_versions", "vfs_trees"])(
    "at %s answers so, keeps what was there, and writes again once there is room",
    async (table) => {
      const client = new VfsClient(server.url, USER);
      const projectId = await client.createProject(`full ${table}`);
      const before = randomBytes(1_000);
      expect((await put(projectId, "a", before)).status).toBe(201);
      await whileFull(table, async () => {
        const full = {
          status: 503,
          body: { code: "unavailable", details: { reason: "storage_full", hint: expect.stringMatching(/room/) } },
        };
        // In one piece, as a stream of several chunks, and with others.
        expect(await put(projectId, "a", randomBytes(1_000))).toMatchObject(full);
        expect(await put(projectId, "a", randomBytes(600_000))).toMatchObject(full);
        expect(await batch(projectId, "a", randomBytes(1_000))).toMatchObject(full);
      });
      expect((await client.list(projectId, "")).map((entry) => entry.path)).toEqual(["a"]);
      expect(await client.read(projectId, "a")).toEqual(before);
      expect(await client.check(projectId)).toEqual([]);
      expect((await batch(projectId, "a", randomBytes(1_000))).status).toBe(200);
    },
  );
});

describe("a server whose PostgreSQL", () => {
  it.each([
    ["resets connections in the middle of a request", { kind: "reset", afterBytes: 400_000 }],
    ["refuses connections", { kind: "refused" }],
  ] as const)("%s says that it is unavailable, and has the file as it was once it is back", async (name, fault) => {
    const client = new VfsClient(server.url, USER);
    const projectId = await client.createProject(name);
    const before = randomBytes(1_000);
    await put(projectId, "a", before);
    for (const write of [
      () => put(projectId, "a", randomBytes(1_500_000)),
      () => batch(projectId, "a", randomBytes(1_500_000)),
    ]) {
      await proxy.fail(fault);
      expect(await write()).toMatchObject({
        status: 503,
        body: {
          code: "unavailable",
          details: { reason: "database_unavailable", hint: expect.stringContaining("PostgreSQL") },
        },
      });
      await proxy.fail({ kind: "none" });
      // The first requests may be those that find out that a connection is gone.
      await expect.poll(() => client.read(projectId, "a").catch((error: unknown) => error)).toEqual(before);
    }
    expect((await client.list(projectId, "")).map((entry) => entry.path)).toEqual(["a"]);
    expect(await client.check(projectId)).toEqual([]);
  });
});

/** Begins to read and leaves after the first piece. */
async function readAndLeave(url: string): Promise<void> {
  const request = get(url, { headers: { authorization: `Bearer dev:${USER}` } });
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  await once(answer, "readable");
  answer.read();
  answer.on("error", () => undefined);
  request.on("error", () => undefined);
  request.destroy();
}

describe("a reader who leaves in the middle", () => {
  it("has the reading from PostgreSQL stop, and its connection free", async () => {
    const client = new VfsClient(server.url, USER);
    const projectId = await client.createProject("leaving");
    await client.put(projectId, "large", Buffer.alloc(LARGE_BYTES, 1));
    const from = proxy.answered();
    const seen = server.lines.length;
    await readAndLeave(`${server.url}/vfs/files/${projectId}/large`);
    await expect
      .poll(() =>
        server.lines.slice(seen).some((line) => line.includes("getFile") && /request (completed|failed)/.test(line)),
      )
      .toBe(true);
    expect(proxy.answered() - from).toBeLessThan(LARGE_BYTES / 2);
    const busy =
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = 'vaporform' AND state LIKE '%transaction%'";
    expect(await postgres.query(busy)).toEqual([{ n: 0 }]);
  });

  it("has the reading from GridFS stop, and its cursor closed", async () => {
    const client = new VfsClient(withGridFS.url, USER);
    const projectId = await client.createProject("leaving a bucket");
    await client.put(projectId, "large", Buffer.alloc(LARGE_BYTES, 1));
    const { killed } = mongo.databases.cursors();
    await readAndLeave(`${withGridFS.url}/vfs/files/${projectId}/large`);
    await expect.poll(() => mongo.databases.cursors()).toEqual({ open: 0, killed: killed + 1 });
  });
});
