import { execFile } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { Binary, Int32, MongoClient, ObjectId } from "mongodb";
import { afterAll, describe, expect, it } from "vitest";
import { startMongoDBForApp } from "../support/gridfs-secret";

const mongo = await startMongoDBForApp();
const { pgPool } = await import("../../platform/pg-pool");
const { insertProject } = await import("../../projects/project-store");
const { storeMany } = await import("../../vfs/contents");
const { findFile } = await import("../../vfs/entry");
const { checkIntegrity } = await import("../../vfs/integrity");
const { closeStores, storeNamed } = await import("../../vfs/stores");
const { removePath, writeFile } = await import("../../vfs/writing");

/** Other clients' files may have ids of any type. */
interface FileDocument {
  _id: string | ObjectId;
  length: number;
  chunkSize: number;
  uploadDate: Date;
  filename: string;
}

const client = new MongoClient(mongo.uri);
const files = () => client.db().collection<FileDocument>("project_files.files");
const chunks = () => client.db().collection("project_files.chunks");

afterAll(async () => {
  await closeStores();
  await client.close();
  await mongo.close();
});

async function newProject(): Promise<string> {
  const project = await insertProject({ ownerId: randomUUID(), name: "checked", description: "", repository: null });
  if (project === null) throw new Error("the name was taken");
  return project.id;
}

/** A file whose content is in that store, whichever is the current one: a content that is there is used again. */
async function write(store: "postgres" | "gridfs", projectId: string, path: string, data = randomBytes(600_000)) {
  await storeMany([{ data, path }], { projectId, store: storeNamed(store) });
  await writeFile({ projectId, path }, data);
  const { contentId } = await findFile({ projectId, path });
  return { contentId, data };
}

async function readBack(projectId: string, path: string): Promise<Buffer> {
  const { contentId, store } = await findFile({ projectId, path });
  return await buffer(storeNamed(store).open(contentId));
}

type Damage = Record<"removeAll" | "removeLast" | "alter", (id: string) => Promise<unknown>>;

const DAMAGE: Record<"postgres" | "gridfs", Damage> = {
  postgres: {
    removeAll: (id) => pgPool().query("DELETE FROM vfs_chunks WHERE content_id = $1", [id]),
    removeLast: (id) => pgPool().query("DELETE FROM vfs_chunks WHERE content_id = $1 AND n = 2", [id]),
    alter: (id) =>
      pgPool().query(
        "UPDATE vfs_chunks SET data = set_byte(data, 5, get_byte(data, 5) # 1) WHERE content_id = $1 AND n = 1",
        [id],
      ),
  },
  gridfs: {
    removeAll: (id) => files().deleteOne({ _id: id }),
    removeLast: (id) => chunks().deleteOne({ files_id: id, n: new Int32(2) }),
    alter: async (id) => {
      const chunk = await chunks().findOne({ files_id: id, n: new Int32(1) });
      const data = Buffer.from((chunk as unknown as { data: Binary }).data.value());
      data[5] = (data[5] ?? 0) ^ 1;
      await chunks().updateOne({ files_id: id, n: new Int32(1) }, { $set: { data: new Binary(data) } });
    },
  },
};

describe.each(["postgres", "gridfs"] as const)("checking contents in %s", (store) => {
  it("finds nothing wrong with what was written", async () => {
    const projectId = await newProject();
    for (const size of [0, 1, 1_000, 300_000]) await write(store, projectId, `f${size}`, randomBytes(size));
    const report = await checkIntegrity({ projectId, repair: false });
    expect(report).toMatchObject({ contents: 4, bytes: 301_001, problems: [], clean: true });
  });

  it.each([
    ["removeAll", /missing|corrupted/],
    ["removeLast", /corrupted/],
    ["alter", /corrupted/],
  ] as const)("finds what %s did, and names the file", async (how, kind) => {
    const projectId = await newProject();
    await write(store, projectId, "whole");
    const { contentId } = await write(store, projectId, "src/damaged");
    await DAMAGE[store][how](contentId);
    const report = await checkIntegrity({ projectId, repair: false });
    expect(report.clean).toBe(false);
    expect(report.problems).toMatchObject([
      { kind: expect.stringMatching(kind), projectId, contentId, store, paths: ["src/damaged"] },
    ]);
  });

  it("with repair lets a file become whole again by writing the same bytes", async () => {
    const projectId = await newProject();
    const { contentId, data } = await write(store, projectId, "a");
    await DAMAGE[store].alter(contentId);
    const report = await checkIntegrity({ projectId, repair: true });
    expect(report).toMatchObject({ clean: false, repaired: { withdrawn: 1 } });
    await writeFile({ projectId, path: "a" }, data);
    expect((await readBack(projectId, "a")).equals(data)).toBe(true);
  });

  it("with repair removes nothing that a file consists of", async () => {
    const projectId = await newProject();
    const { data } = await write(store, projectId, "a");
    await checkIntegrity({ projectId, repair: true, graceMinutes: 0 });
    expect((await readBack(projectId, "a")).equals(data)).toBe(true);
  });
});

describe("checking rows", () => {
  it("finds one that gives another size than its content has", async () => {
    const projectId = await newProject();
    const { contentId } = await write("postgres", projectId, "a");
    await pgPool().query("UPDATE vfs_entries SET size = 1 WHERE project_id = $1", [projectId]);
    const report = await checkIntegrity({ projectId, repair: false });
    expect(report.problems).toMatchObject([{ kind: "metadata_differs", contentId, paths: ["a"] }]);
  });

  it("finds one that refers to a content that was never stored completely", async () => {
    const projectId = await newProject();
    const { contentId } = await write("postgres", projectId, "a");
    await pgPool().query("UPDATE vfs_contents SET stored = false, hash = NULL, size = NULL WHERE id = $1", [contentId]);
    const report = await checkIntegrity({ projectId, repair: false });
    expect(report.problems).toMatchObject([{ kind: "content_not_stored", contentId, paths: ["a"] }]);
  });
});

describe("looking for what nothing leads to", () => {
  const old = new Date(Date.now() - 30 * 60_000);
  const ids = (orphans: { id: string }[]) => orphans.map(({ id }) => id);

  it("finds files and lone chunks in GridFS without a row, and removes them with repair", async () => {
    const [file, chunk, young] = [randomUUID(), randomUUID(), randomUUID()];
    await storeNamed("gridfs").putMany([{ id: young, name: "young", data: randomBytes(5) }]);
    await files().insertOne({ _id: file, length: 1, chunkSize: 4, uploadDate: old, filename: "a" });
    await chunks().insertOne({ _id: ObjectId.createFromTime(old.getTime() / 1000), files_id: chunk, n: new Int32(0) });
    const found = await checkIntegrity({ repair: false });
    expect(found.clean).toBe(false);
    expect(ids(found.orphans.bytesOnly).toSorted()).toEqual([file, chunk].toSorted());
    await checkIntegrity({ repair: true });
    expect(await files().findOne({ _id: file })).toBeNull();
    expect(await chunks().findOne({ files_id: chunk })).toBeNull();
    expect(await files().findOne({ _id: young })).not.toBeNull();
  });

  it("leaves files of others in the bucket alone", async () => {
    const _id = new ObjectId();
    await files().insertOne({ _id, length: 0, chunkSize: 4, uploadDate: old, filename: "theirs" });
    const report = await checkIntegrity({ repair: true });
    expect(report.orphans.foreign).toBeGreaterThan(0);
    expect(await files().findOne({ _id })).not.toBeNull();
  });

  it("finds bytes that were left behind in PostgreSQL, and leaves what is in GridFS", async () => {
    const projectId = await newProject();
    const { contentId, data } = await write("gridfs", projectId, "a");
    await pgPool().query("INSERT INTO vfs_chunks (content_id, n, data) VALUES ($1, 0, 'x')", [contentId]);
    const found = await checkIntegrity({ repair: true });
    expect(found.orphans.bytesOnly).toContainEqual({ store: "postgres", id: contentId });
    const { rows } = await pgPool().query("SELECT 1 FROM vfs_chunks WHERE content_id = $1", [contentId]);
    expect(rows).toEqual([]);
    expect((await readBack(projectId, "a")).equals(data)).toBe(true);
  });
});

describe("checking what trees count", () => {
  const COUNTERS = ["entries", "files", "bytes", "version_bytes", "revision", "oldest_revision"];

  /** A tree with a former version and a deleted file. */
  async function treeWithPast(): Promise<string> {
    const projectId = await newProject();
    for (const size of [10, 20, 30]) await writeFile({ projectId, path: "a" }, randomBytes(size));
    await writeFile({ projectId, path: "b" }, randomBytes(5));
    await removePath({ projectId, path: "b" });
    return projectId;
  }

  async function kept(projectId: string) {
    const { rows } = await pgPool().query(`SELECT ${COUNTERS.join(", ")} FROM vfs_trees WHERE project_id = $1`, [
      projectId,
    ]);
    return rows[0];
  }

  it("finds nothing wrong with what triggers count", async () => {
    const projectId = await treeWithPast();
    expect(await checkIntegrity({ projectId, repair: false })).toMatchObject({ counts: [], clean: true });
  });

  it.each([
    ["entries", 7],
    ["files", 0],
    ["bytes", 31],
    ["version_bytes", 1],
    ["revision", 2],
    ["oldest_revision", 99],
  ])("finds %s that are wrong, and puts them right with repair", async (counter, value) => {
    const projectId = await treeWithPast();
    const before = await kept(projectId);
    await pgPool().query(`UPDATE vfs_trees SET ${counter} = $2 WHERE project_id = $1`, [projectId, value]);
    const found = await checkIntegrity({ projectId, repair: false });
    expect(found).toMatchObject({ clean: false, counts: [{ projectId, counter, kept: value }] });
    const repaired = await checkIntegrity({ projectId, repair: true });
    expect(repaired).toMatchObject({ clean: true, repaired: { counted: 1 } });
    if (counter !== "oldest_revision") expect(await kept(projectId)).toEqual(before);
    expect((await checkIntegrity({ projectId, repair: false })).counts).toEqual([]);
  });

  it("finds a tree whose row is gone, and makes it again with repair", async () => {
    const projectId = await treeWithPast();
    const before = await kept(projectId);
    await pgPool().query("DELETE FROM vfs_trees WHERE project_id = $1", [projectId]);
    const report = await checkIntegrity({ repair: true });
    expect(report.counts).toContainEqual(expect.objectContaining({ projectId, counter: "tree" }));
    expect(await kept(projectId)).toEqual(before);
    await writeFile({ projectId, path: "c" }, randomBytes(1));
  });
});

describe("npm run vfs:check", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));

  async function run(...args: string[]): Promise<{ status: number; lines: string[] }> {
    const command = ["--import", "tsx", "vfs/commands/check.ts", ...args];
    const options = { cwd: root, env: { ...process.env, ...mongo.env } };
    return await new Promise((resolve) => {
      execFile(process.execPath, command, options, (error, stdout, stderr) => {
        resolve({ status: Number(error?.code ?? 0), lines: `${stdout}${stderr}`.trim().split("\n") });
      });
    });
  }

  it("ends with 0 when all is well, with 1 when not, and tells what and where", async () => {
    const projectId = await newProject();
    const { contentId } = await write("gridfs", projectId, "src/a.ts");
    const well = await run("--project", projectId, "--json");
    expect(JSON.parse(well.lines.at(-1) ?? "")).toMatchObject({ contents: 1, clean: true });
    expect(well.status).toBe(0);
    await DAMAGE.gridfs.removeLast(contentId);
    const wrong = await run("--project", projectId);
    expect(wrong.lines[0]).toContain("src/a.ts");
    expect(wrong.status).toBe(1);
  });

  it("ends with 2 when it cannot be done", async () => {
    expect((await run("--project", "nonsense")).status).toBe(2);
    expect((await run("--unknown")).status).toBe(2);
  });
});
