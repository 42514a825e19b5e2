import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { MongoClient } from "mongodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type * as importStore from "../../github-import/import-store";
import type * as pool from "../../platform/pg-pool";
import type * as stores from "../../vfs/stores";
import { type GitHubServer, startGitHubServer } from "../github-server/server";
import { type MongoServer, startMongoServer } from "../mongo-server/server";
import type { Importing } from "../support/importing";
import { pushVersion, version } from "../support/two-versions";

// Contents are in GridFS here: what becomes of an import when MongoDB fails in the middle of it.

const REPOSITORY = "owner/name";
const OUT_OF_DISK_SPACE = 14031;
const SHUTTING_DOWN = 11600;

let scratch: string;
let mongo: MongoServer;
let admin: MongoClient;
let github: GitHubServer;
let importing: Importing;
let app: typeof importStore & typeof pool & typeof stores;
let projectId: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "vaporform-gridfs-import-"));
  mongo = await startMongoServer();
  admin = new MongoClient(mongo.uri);
  // Secrets are read once, when the app's modules are.
  process.env.ENCORE_LOCAL_SECRETS = JSON.stringify({ MongoDBURI: `${mongo.uri}vaporform` });
  github = await startGitHubServer({ root: scratch });
  app = {
    ...(await import("../../github-import/import-store")),
    ...(await import("../../platform/pg-pool")),
    ...(await import("../../vfs/stores")),
  };
  importing = new (await import("../support/importing")).Importing(github.url);
});

beforeEach(async () => {
  projectId = await importing.newProject();
  await push("1");
  expect(await importing.run({ projectId, repository: REPOSITORY })).toMatchObject({ status: "succeeded" });
  await push("2");
});

afterAll(async () => {
  await app.closeStores();
  await admin.close();
  await mongo.close();
  await github.close();
  await rm(scratch, { recursive: true, force: true });
});

const push = (of: string) => pushVersion(path.join(scratch, REPOSITORY), of);

/** Every file of the tree, read back from GridFS. */
async function tree(): Promise<Record<string, string>> {
  const { rows } = await app
    .pgPool()
    .query<{ path: string; content_id: string }>(
      "SELECT path, content_id FROM vfs_entries WHERE project_id = $1 ORDER BY path",
      [projectId],
    );
  const contents = await app.currentStore().readMany(rows.map(({ content_id }) => content_id));
  return Object.fromEntries(rows.map(({ path: name, content_id }) => [name, String(contents.get(content_id))]));
}

/** The next inserts fail as MongoDB says it. */
async function failInserts(mode: "off" | { times: number }, errorCode: number): Promise<void> {
  await admin.db("admin").command({
    configureFailPoint: "failCommand",
    mode,
    data: { failCommands: ["insert"], errorCode },
  });
}

describe("a MongoDB that", () => {
  it("has no space left ends the import with that reason, leaves the tree as it was, and lets another go succeed", async () => {
    expect(app.currentStore().name).toBe("gridfs");
    const id = await importing.insert({ projectId, repository: REPOSITORY });
    await failInserts({ times: 1 }, OUT_OF_DISK_SPACE);
    expect(await importing.resume(id)).toMatchObject({ status: "failed", failure: { reason: "storage_full" } });
    expect(await tree()).toEqual(version("1"));
    await app.requeueImport(id, null);
    expect(await importing.resume(id)).toMatchObject({ status: "succeeded" });
    expect(await tree()).toEqual(version("2"));
  });

  it("goes away is tried again, and the tree is as it was until then", async () => {
    const id = await importing.insert({ projectId, repository: REPOSITORY });
    await failInserts({ times: 1 }, SHUTTING_DOWN);
    expect(await importing.resume(id)).toMatchObject({ status: "queued", attempts: 1 });
    expect(await tree()).toEqual(version("1"));
    expect(await importing.finish(id)).toMatchObject({ status: "succeeded", attempts: 2 });
    expect(await tree()).toEqual(version("2"));
  });
});
