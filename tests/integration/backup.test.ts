import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Document, MongoClient } from "mongodb";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { Api } from "../../demo/api";
import { copyDatabase, restoreDatabase } from "../support/database-copy";
import { startMongoDB, type TestMongoDB } from "../support/mongodb";
import { type SharedPostgres, startSharedPostgres } from "../support/postgres";
import { writeSecrets } from "../support/secrets-file";
import { startVaporform, type Vaporform } from "../support/vaporform";
import { VfsClient } from "../support/vfs-client";

// The order of docs/operations.md: PostgreSQL as it is at one moment, then MongoDB, while users go on. The programs pg_dump and
// mongodump are not everywhere, so that the drivers copy here.

const WAIT_MS = 120_000;
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const USER = "backup";
const BUCKET = ["project_files.files", "project_files.chunks"];

let scratch: string;
let postgres: SharedPostgres[];
let mongo: TestMongoDB[];
const servers: Vaporform[] = [];

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "backup-"));
  [postgres, mongo] = await Promise.all([
    Promise.all([startSharedPostgres(), startSharedPostgres()]),
    Promise.all([startMongoDB(), startMongoDB()]),
  ]);
}, WAIT_MS);
afterAll(async () => {
  for (const server of servers) await server.stop();
  await Promise.all((mongo ?? []).map((each) => each.close()));
  await Promise.all((postgres ?? []).map((each) => each.stop()));
  await rm(scratch, { recursive: true, force: true });
});

/** A backend on the first pair of databases, which are backed up, or on the second one, which is restored. */
async function startOn(n: 0 | 1): Promise<Vaporform> {
  const env = postgres[n]?.env ?? {};
  const secrets = { MongoDBURI: mongo[n]?.uri ?? "" };
  const server = await startVaporform({ env, secrets, startTimeoutMs: WAIT_MS });
  servers.push(server);
  return server;
}

it(
  "a backup that users work on meanwhile is restored to what it was when it began, with the content of every file",
  async () => {
    const [from, to] = postgres;
    if (from === undefined || to === undefined) throw new Error("there are two databases");
    const server = await startOn(0);
    const client = new VfsClient(server.url, USER);
    const files = new Map([
      ["kept.txt", randomBytes(1_000)],
      ["src/rewritten.bin", randomBytes(600_000)],
      ["src/deleted.txt", randomBytes(2_000)],
    ]);
    const projects = [await client.createProject("worked on"), await client.createProject("deleted meanwhile")];
    for (const project of projects) for (const [file, data] of files) await client.put(project, file, data);
    const [worked = "", deleted = ""] = projects;
    await client.put(worked, "kept.txt", files.get("kept.txt") ?? Buffer.alloc(0));

    const copy = await copyDatabase(from.connectionString("vaporform"));

    await client.put(worked, "src/rewritten.bin", randomBytes(10));
    await client.remove(worked, "src/deleted.txt");
    await client.put(worked, "new.txt", randomBytes(10));
    await new Api(server.url, `dev:${USER}`).call("DELETE", `/projects/${deleted}`);
    const gone = async () =>
      (await from.query("SELECT 1 FROM vfs_trees WHERE project_id = $1", [deleted])).length === 0;
    await vi.waitUntil(gone, { timeout: WAIT_MS });
    for (let round = 0; round < 2; round++) await fetch(`${server.url}/vfs.sweepFiles`, { method: "POST" });

    await copyBucket(mongo[0]?.uri ?? "", mongo[1]?.uri ?? "");
    await restoreDatabase(to.connectionString, copy);

    expect(await check(to, mongo[1]?.uri ?? "")).toMatchObject({ clean: true, problems: [] });
    const restored = new VfsClient((await startOn(1)).url, USER);
    for (const project of projects) {
      const paths = (await restored.list(project, "")).map(({ path: file }) => file);
      expect(paths.toSorted()).toEqual([...files.keys()].toSorted());
      for (const [file, data] of files) expect((await restored.read(project, file)).equals(data)).toBe(true);
    }
    // It goes on from there, audit entries and versions included.
    await restored.put(worked, "kept.txt", randomBytes(10));
  },
  2 * WAIT_MS,
);

/** What mongodump and mongorestore do. */
async function copyBucket(from: string, to: string): Promise<void> {
  const clients = [new MongoClient(from), new MongoClient(to)];
  const [source, target] = clients;
  for (const name of BUCKET) {
    const documents = await source?.db().collection<Document>(name).find({}, { promoteValues: false }).toArray();
    if (documents !== undefined && documents.length > 0) await target?.db().collection(name).insertMany(documents);
  }
  await Promise.all(clients.map((client) => client.close()));
}

/** What `npm run vfs:check` finds. */
async function check({ env }: SharedPostgres, uri: string): Promise<unknown> {
  const secrets = await writeSecrets(scratch, { MongoDBURI: uri });
  const files = ["--data-dir", path.join(scratch, "data"), "--secrets", secrets];
  const args = ["encore-local/bin/encore-local.mjs", "exec", ...files, "--", "tsx", "vfs/commands/check.ts", "--json"];
  const options = { cwd: ROOT, env: { ...process.env, NODE_ENV: "", VITEST: "", ...env } };
  // It ends with 1 when something is wrong, and has told what.
  const { stdout } = await promisify(execFile)(process.execPath, args, options).catch(
    (error: { stdout: string }) => error,
  );
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}
