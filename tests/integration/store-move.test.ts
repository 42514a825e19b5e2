import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { startMongoDBForApp } from "../support/gridfs-secret";

const mongo = await startMongoDBForApp();
const { pgPool } = await import("../../platform/pg-pool");
const { insertProject } = await import("../../projects/project-store");
const { collectContents } = await import("../../vfs/collector");
const { storeMany } = await import("../../vfs/contents");
const { findFile } = await import("../../vfs/entry");
const { checkIntegrity } = await import("../../vfs/integrity");
const { moveContents } = await import("../../vfs/store-move");
const { closeStores, storedInGridFS, storeNamed } = await import("../../vfs/stores");
const { writeFile } = await import("../../vfs/writing");

const root = fileURLToPath(new URL("../..", import.meta.url));

afterAll(async () => {
  await closeStores();
  await mongo.close();
});

async function newProject(): Promise<string> {
  const project = await insertProject({ ownerId: randomUUID(), name: "moved", description: "", repository: null });
  if (project === null) throw new Error("the name was taken");
  return project.id;
}

/** A project whose contents are in PostgreSQL, with files of all sizes and a former version. */
async function projectWithFiles(count: number): Promise<{ projectId: string; files: Map<string, Buffer> }> {
  const projectId = await newProject();
  const files = new Map(
    Array.from({ length: count }, (_, i) => [`dir/${i}`, randomBytes(1 + ((i * 37_111) % 400_000))]),
  );
  files.set("empty", Buffer.alloc(0));
  const store = storeNamed("postgres");
  const former = { path: "dir/1", data: Buffer.from("former") };
  await storeMany([former, ...[...files].map(([path, data]) => ({ path, data }))], { projectId, store });
  await writeFile({ projectId, path: former.path }, former.data);
  for (const [path, data] of files) await writeFile({ projectId, path }, data);
  return { projectId, files };
}

async function storesOf(projectId: string): Promise<string[]> {
  const { rows } = await pgPool().query<{ store: string }>(
    "SELECT DISTINCT store FROM vfs_contents WHERE project_id = $1",
    [projectId],
  );
  return rows.map(({ store }) => store);
}

async function expectFiles(projectId: string, files: Map<string, Buffer>): Promise<void> {
  for (const [path, data] of files) {
    const { contentId, store } = await findFile({ projectId, path });
    expect((await buffer(storeNamed(store).open(contentId))).equals(data)).toBe(true);
  }
}

async function leftoversGo(): Promise<void> {
  await pgPool().query("UPDATE vfs_doomed_contents SET remove_after = now()");
  await collectContents();
}

describe("moving a project's contents", () => {
  it("brings files and versions to the other store and back, whole", async () => {
    const { projectId, files } = await projectWithFiles(12);
    for (const to of ["gridfs", "postgres", "gridfs"] as const) {
      expect(await moveContents({ projectId, to })).toMatchObject({ moved: 14, damaged: [] });
      expect(await storesOf(projectId)).toEqual([to]);
      await expectFiles(projectId, files);
      expect((await checkIntegrity({ projectId, repair: false })).clean).toBe(true);
    }
    expect(await moveContents({ projectId, to: "gridfs" })).toEqual({ moved: 0, bytes: 0, damaged: [] });
  });

  it("leaves nothing behind in the former store once its readers had time to end", async () => {
    const { projectId, files } = await projectWithFiles(5);
    const { rows } = await pgPool().query<{ id: string }>("SELECT id FROM vfs_contents WHERE project_id = $1", [
      projectId,
    ]);
    const ids = rows.map(({ id }) => id);
    const chunks = () =>
      pgPool().query("SELECT DISTINCT content_id FROM vfs_chunks WHERE content_id = ANY($1::uuid[])", [ids]);
    await moveContents({ projectId, to: "gridfs" });
    await collectContents();
    expect((await chunks()).rowCount).toBe(6);
    await leftoversGo();
    expect((await chunks()).rowCount).toBe(0);
    await moveContents({ projectId, to: "postgres" });
    await leftoversGo();
    for await (const parts of storedInGridFS(ids)) expect(parts).toEqual([]);
    await expectFiles(projectId, files);
  });

  it("leaves a damaged content where it is and says so", async () => {
    const { projectId } = await projectWithFiles(4);
    const { contentId } = await findFile({ projectId, path: "dir/2" });
    await pgPool().query("DELETE FROM vfs_chunks WHERE content_id = $1", [contentId]);
    expect(await moveContents({ projectId, to: "gridfs" })).toMatchObject({ moved: 5, damaged: [contentId] });
    expect((await storesOf(projectId)).toSorted()).toEqual(["gridfs", "postgres"]);
  });

  it("is done by one at a time", async () => {
    const { projectId } = await projectWithFiles(30);
    const both = await Promise.allSettled([
      moveContents({ projectId, to: "gridfs" }),
      moveContents({ projectId, to: "gridfs" }),
    ]);
    const refused = both.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    expect(refused).toMatchObject([{ reason: "move_running" }]);
  });
});

describe("npm run vfs:move", () => {
  function start(projectId: string, to: string): ChildProcess {
    const args = ["--import", "tsx", "vfs/commands/move.ts", "--project", projectId, "--to", to];
    return spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...mongo.env },
      stdio: ["ignore", "ignore", "pipe"],
    });
  }

  it("goes on after it was killed at any moment, while files are read and written", async () => {
    const { projectId, files } = await projectWithFiles(60);
    let serving = true;
    const readers = (async () => {
      for (let turn = 0; serving; turn++) {
        await expectFiles(projectId, files);
        const [path, data] = [`new/${turn % 5}`, randomBytes(1_000)];
        await writeFile({ projectId, path }, data);
        files.set(path, data);
      }
    })();
    for (let kill = 0; kill < 3; kill++) {
      const child = start(projectId, kill % 2 === 0 ? "gridfs" : "postgres");
      // The first line says that a batch has been moved; by then the next one is under way.
      child.stderr?.once("data", () => child.kill("SIGKILL"));
      await once(child, "exit");
      expect((await checkIntegrity({ projectId, repair: false })).problems).toEqual([]);
    }
    serving = false;
    await readers;
    const last = start(projectId, "gridfs");
    expect(await once(last, "exit")).toEqual([0, null]);
    expect(await storesOf(projectId)).toEqual(["gridfs"]);
    await leftoversGo();
    await expectFiles(projectId, files);
    expect((await checkIntegrity({ projectId, repair: false })).clean).toBe(true);
    expect((await checkIntegrity({ repair: false })).orphans.bytesOnly).toEqual([]);
  });

  it("ends with 2 for a store that there is none of", async () => {
    expect(await once(start(randomUUID(), "floppy"), "exit")).toEqual([2, null]);
  });
});
