import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { pgPool } from "../../platform/pg-pool";
import { writeBatch } from "../../vfs/batch";
import { removeProjectFiles } from "../../vfs/cleanup";
import { collectContents } from "../../vfs/collector";
import { findEntry } from "../../vfs/entry";
import { pruneByAge } from "../../vfs/pruning";
import { openStagedTree } from "../../vfs/staged-tree";
import { makeDirectory, removePath, writeFile, writeStream } from "../../vfs/writing";
import { untilBlocking } from "../support/blocking";
import { newProject } from "../support/trees";

const write = async (projectId: string, path: string, text: string) =>
  (await writeFile({ projectId, path }, Buffer.from(text))).entry;

async function treeOf(projectId: string) {
  const { rows } = await pgPool().query(
    `SELECT entries::int, files::int, bytes::int, version_bytes::int, oldest_revision::int
     FROM vfs_trees WHERE project_id = $1`,
    [projectId],
  );
  return rows[0];
}

async function versionsOf(projectId: string): Promise<string[]> {
  const { rows } = await pgPool().query<{ version: string }>(
    `SELECT path || ' ' || version || ' ' || size AS version FROM vfs_versions WHERE project_id = $1 ORDER BY path, version`,
    [projectId],
  );
  return rows.map(({ version }) => version);
}

afterEach(() => {
  for (const name of ["VFS_QUOTA_BYTES", "VFS_QUOTA_FILES", "VFS_VERSIONS", "VFS_VERSION_BYTES"])
    delete process.env[name];
});

describe("former versions", () => {
  it("are kept of what is written again or deleted, and numbered on when the path comes back", async () => {
    const projectId = await newProject();
    await write(projectId, "a", "1");
    await write(projectId, "a", "22");
    await removePath({ projectId, path: "a" });
    expect(await versionsOf(projectId)).toEqual(["a 1 1", "a 2 2"]);
    expect(await write(projectId, "a", "333")).toMatchObject({ version: 3 });
    expect(await findEntry({ projectId, path: "a" })).toMatchObject({ version: 3, size: 3 });
  });

  it("are kept of what an import replaces, and not of what it leaves as it is", async () => {
    const projectId = await newProject();
    const bring = async (files: Record<string, string>) => {
      const stage = await openStagedTree({ projectId, stageId: randomUUID() });
      for (const [path, text] of Object.entries(files)) {
        await stage.add({ kind: "file", path, executable: false, size: text.length, content: Buffer.from(text) });
      }
      await stage.commit();
    };
    await bring({ same: "s", changed: "old", gone: "gone" });
    await bring({ same: "s", changed: "new!", fresh: "f" });
    expect(await versionsOf(projectId)).toEqual(["changed 1 3", "gone 1 4"]);
    expect(await treeOf(projectId)).toMatchObject({ entries: 3, files: 3, bytes: 6, version_bytes: 7 });
  });

  it("are as many as are to be kept, the latest of them", async () => {
    process.env.VFS_VERSIONS = "2";
    const projectId = await newProject();
    for (const text of ["1", "22", "333", "4444", "55555"]) await write(projectId, "a", text);
    expect(await versionsOf(projectId)).toEqual(["a 3 3", "a 4 4"]);
    expect(await treeOf(projectId)).toMatchObject({ version_bytes: 7, oldest_revision: 3 });
  });

  it("take up no more than they may, and the latest stay", async () => {
    process.env.VFS_VERSION_BYTES = "5";
    const projectId = await newProject();
    for (const text of ["1", "22", "333", "44"]) await write(projectId, "a", text);
    expect(await versionsOf(projectId)).toEqual(["a 2 2", "a 3 3"]);
    await write(projectId, "a", "");
    expect(await versionsOf(projectId)).toEqual(["a 3 3", "a 4 2"]);
  });

  it("are removed when they are old, and so are their contents", async () => {
    const projectId = await newProject();
    await write(projectId, "a", "first");
    await write(projectId, "a", "second");
    await write(projectId, "a", "third");
    await pgPool().query(
      "UPDATE vfs_versions SET replaced_at = now() - interval '31 days' WHERE project_id = $1 AND version = 1",
      [projectId],
    );
    await pruneByAge();
    expect(await versionsOf(projectId)).toEqual(["a 2 6"]);
    await collectContents({ graceMinutes: 0, projectId });
    const { rows } = await pgPool().query("SELECT size::int FROM vfs_contents WHERE project_id = $1 ORDER BY size", [
      projectId,
    ]);
    expect(rows).toEqual([{ size: 5 }, { size: 6 }]);
  });

  it("go with the project", async () => {
    const projectId = await newProject();
    await write(projectId, "a", "1");
    await write(projectId, "a", "2");
    await removeProjectFiles(projectId);
    expect(await versionsOf(projectId)).toEqual([]);
    await collectContents({ projectId, graceMinutes: 0 });
    const { rowCount } = await pgPool().query("SELECT 1 FROM vfs_contents WHERE project_id = $1", [projectId]);
    expect(rowCount).toBe(0);
  });
});

describe("what a tree takes up", () => {
  it("is counted through writing, replacing, making folders and deleting", async () => {
    const projectId = await newProject();
    await write(projectId, "a", "123");
    await write(projectId, "b/c", "12345");
    await write(projectId, "a", "1");
    await makeDirectory({ projectId, path: "empty" });
    expect(await treeOf(projectId)).toMatchObject({ entries: 3, files: 2, bytes: 6, version_bytes: 3 });
    await removePath({ projectId, path: "b" });
    await removePath({ projectId, path: "empty" });
    expect(await treeOf(projectId)).toMatchObject({ entries: 1, files: 1, bytes: 1, version_bytes: 8 });
  });

  it("stays within the quota of bytes, however many write at once", async () => {
    process.env.VFS_QUOTA_BYTES = "100";
    const projectId = await newProject();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, (_, i) => write(projectId, `f${i}`, "x".repeat(10))),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
    const refused = outcomes.find((outcome) => outcome.status === "rejected");
    expect(refused?.reason).toMatchObject({ reason: "storage_quota_exceeded" });
    expect(await treeOf(projectId)).toMatchObject({ files: 10, bytes: 100 });
  });

  it("stays within the quota of files, and a tree that is over it may still shrink and change", async () => {
    const projectId = await newProject();
    for (const path of ["a", "b", "c"]) await write(projectId, path, path);
    process.env.VFS_QUOTA_FILES = "2";
    await expect(write(projectId, "d", "d")).rejects.toMatchObject({ reason: "storage_quota_exceeded" });
    await expect(makeDirectory({ projectId, path: "d" })).rejects.toMatchObject({ reason: "storage_quota_exceeded" });
    await write(projectId, "a", "changed");
    await removePath({ projectId, path: "b" });
    expect(await treeOf(projectId)).toMatchObject({ entries: 2 });
  });
});

describe("the first writer of a tree", () => {
  /** Begins to write while another transaction has the tree, which then commits a symlink at `a`. */
  async function behindFirst(write: (projectId: string) => Promise<unknown>): Promise<unknown> {
    const projectId = await newProject();
    const first = await pgPool().connect();
    try {
      await first.query("BEGIN");
      await first.query("INSERT INTO vfs_trees (project_id) VALUES ($1)", [projectId]);
      await first.query(
        "INSERT INTO vfs_entries (project_id, path, kind, link_target) VALUES ($1, 'a', 'symlink', 'b')",
        [projectId],
      );
      const written = write(projectId);
      await untilBlocking(first);
      await first.query("COMMIT");
      return await written;
    } finally {
      first.release();
    }
  }

  it.each([
    ["a file", (projectId: string) => writeFile({ projectId, path: "a" }, Buffer.from("2")).then(({ entry }) => entry)],
    [
      "a batch",
      (projectId: string) =>
        writeBatch(projectId, [{ kind: "file", path: "a", content: Buffer.from("2") }]).then(
          ({ entries }) => entries[0],
        ),
    ],
  ])("is followed by %s that began before it ended", async (_what, write) => {
    expect(await behindFirst(write)).toMatchObject({ path: "a", kind: "file", version: 2 });
  });

  it("keeps a batch that began before it ended from writing below its file", async () => {
    const changes = [{ kind: "file" as const, path: "a/b", content: Buffer.from("2") }];
    await expect(behindFirst((projectId) => writeBatch(projectId, changes))).rejects.toMatchObject({
      reason: "path_conflict",
    });
  });

  it("keeps an import that began before it ended from writing below its file", async () => {
    const bring = async (projectId: string) => {
      const stage = await openStagedTree({ projectId, stageId: randomUUID() });
      await stage.add({ kind: "file", path: "a/b", executable: false, size: 1, content: Buffer.from("2") });
      return await stage.commit();
    };
    expect(await behindFirst(bring)).toMatchObject({ added: 0, conflicts: [{ path: "a/b", here: "added" }] });
  });
});

describe("a stream that breaks off", () => {
  async function* pieces(count: number, end?: Error): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < count; i++) yield Buffer.alloc(100_000, i);
    if (end !== undefined) throw end;
  }

  it.each([1, 8])("after %i pieces writes nothing, whether it says so or only ends", async (count) => {
    const projectId = await newProject();
    await write(projectId, "a", "whole");
    const location = { projectId, path: "a" };
    const failure = new Error("the connection is gone");
    await expect(writeStream(location, pieces(count, failure))).rejects.toBe(failure);
    const short = writeStream(location, pieces(count), { expectedBytes: 1_000_000 });
    await expect(short).rejects.toMatchObject({ reason: "invalid_request" });
    expect(await findEntry(location)).toMatchObject({ size: 5, version: 1 });
    const whole = await writeStream(location, pieces(count), { expectedBytes: count * 100_000 });
    expect(whole).toMatchObject({ created: false, entry: { size: count * 100_000, version: 2 } });
  });

  it("or cannot come in is refused before it is read to its end", async () => {
    process.env.VFS_QUOTA_BYTES = "300000";
    const projectId = await newProject();
    const refused = writeStream({ projectId, path: "a" }, pieces(4, new Error("read on")), { expectedBytes: 400_000 });
    await expect(refused).rejects.toMatchObject({ reason: "storage_quota_exceeded" });
  });
});
