import { afterEach, describe, expect, it } from "vitest";
import { writeBatch } from "../../vfs/batch";
import { findEntry } from "../../vfs/entry";
import { movePath } from "../../vfs/moving";
import { restoreRevision, restoreVersion } from "../../vfs/restoring";
import { listDeleted, listVersions } from "../../vfs/versions";
import { removePath, writeFile } from "../../vfs/writing";
import { file, link, newProject, textOf, treeOf } from "../support/trees";

const all = { limit: 100, cursor: undefined };

async function history(projectId: string, path: string) {
  return (await listVersions({ projectId, path }, all)).items;
}

/** The tree's revision right now. */
async function revisionOf(projectId: string, path: string): Promise<number> {
  const [latest] = await history(projectId, path);
  return latest?.revision ?? 0;
}

afterEach(() => {
  delete process.env.VFS_VERSIONS;
});

describe("the versions of a file", () => {
  it("are listed, the latest first, and read", async () => {
    const projectId = await newProject();
    for (const text of ["one", "two", "three"]) await writeBatch(projectId, [file("a", text)]);
    const versions = await history(projectId, "a");
    expect(versions).toMatchObject([
      { version: 3, current: true, size: 5, revision: 3 },
      { version: 2, current: false, size: 3, revision: 2 },
      { version: 1, current: false, size: 3, revision: 1 },
    ]);
    expect(versions[1]?.replacedAt).toBe(versions[0]?.writtenAt);
    expect(await textOf(projectId, "a", 1)).toBe("one");
    expect(await textOf(projectId, "a", 3)).toBe("three");
    await expect(textOf(projectId, "a", 4)).rejects.toMatchObject({ reason: "version_not_found" });
  });

  it("come on pages", async () => {
    const projectId = await newProject();
    for (let i = 0; i < 5; i++) await writeBatch(projectId, [file("a", String(i))]);
    const numbers: number[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await listVersions({ projectId, path: "a" }, { limit: 2, cursor });
      numbers.push(...page.items.map(({ version }) => version));
      cursor = page.nextCursor;
      if (cursor === undefined) break;
    }
    expect(numbers).toEqual([5, 4, 3, 2, 1]);
  });

  it("are not there of what never was, nor of a folder", async () => {
    const projectId = await newProject();
    await writeBatch(projectId, [file("dir/a"), { kind: "directory", path: "empty" }]);
    for (const path of ["nothing", "dir", "empty"]) {
      await expect(history(projectId, path)).rejects.toMatchObject({ reason: "file_not_found" });
    }
  });

  it("are restored as a new one, with the executable bit and as the symlink that it was", async () => {
    const projectId = await newProject();
    await writeFile({ projectId, path: "a" }, Buffer.from("script"), { executable: true });
    await writeBatch(projectId, [link("a", "b")]);
    await writeFile({ projectId, path: "a" }, Buffer.from("text"), { executable: false });
    expect(await restoreVersion({ projectId, path: "a" }, { version: 1 })).toMatchObject({
      version: 4,
      executable: true,
    });
    expect(await textOf(projectId, "a")).toBe("script");
    expect(await restoreVersion({ projectId, path: "a" }, { version: 2 })).toMatchObject({
      kind: "symlink",
      version: 5,
    });
    expect(await treeOf(projectId)).toEqual({ a: "-> b" });
  });

  it("are restored after a deletion and after a move, unless something is in the way", async () => {
    const projectId = await newProject();
    await writeBatch(projectId, [file("a", "first"), file("m", "moved")]);
    await removePath({ projectId, path: "a" });
    await movePath({ projectId, from: "m", to: "n", overwrite: false });
    const deleted = await listDeleted({ projectId, path: "" }, all);
    expect(deleted.items).toMatchObject([
      { path: "a", version: 1, current: false },
      { path: "m", version: 1, current: false },
    ]);
    await restoreVersion({ projectId, path: "a" }, { version: 1 });
    expect(await treeOf(projectId)).toEqual({ a: "first", n: "moved" });
    await writeBatch(projectId, [file("m/x")]);
    await expect(restoreVersion({ projectId, path: "m" }, { version: 1 })).rejects.toMatchObject({
      reason: "path_conflict",
    });
  });

  it("that are gone are refused, and so is restoring over somebody's change", async () => {
    process.env.VFS_VERSIONS = "1";
    const projectId = await newProject();
    for (const text of ["one", "two", "three"]) await writeBatch(projectId, [file("a", text)]);
    const restore = (version: number, hash?: string) =>
      restoreVersion(
        { projectId, path: "a" },
        { version, precondition: hash === undefined ? {} : { ifMatch: [hash] } },
      );
    await expect(restore(1)).rejects.toMatchObject({ reason: "version_not_found" });
    await expect(restore(2, "0".repeat(64))).rejects.toMatchObject({ reason: "version_conflict" });
    await restore(2, (await findEntry({ projectId, path: "a" })).hash);
    expect(await textOf(projectId, "a")).toBe("two");
  });
});

describe("a revision of the tree", () => {
  it("is restored as a whole: what was changed, deleted, moved, and added since", async () => {
    const projectId = await newProject();
    await writeBatch(projectId, [
      file("same"),
      file("changed", "old"),
      file("gone"),
      file("dir/moved"),
      link("l", "same"),
    ]);
    const before = await treeOf(projectId);
    const revision = await revisionOf(projectId, "changed");
    await writeBatch(projectId, [
      file("changed", "new"),
      file("added"),
      { kind: "delete", path: "gone" },
      link("l", "dir"),
    ]);
    await movePath({ projectId, from: "dir", to: "same-dir", overwrite: false });
    const after = await treeOf(projectId);
    const restored = await restoreRevision(projectId, { revision, folder: "" });
    expect(await treeOf(projectId)).toEqual(before);
    expect(restored).toEqual({ written: 4, removed: 2 });
    // And forth again: restoring is a change like any other.
    await restoreRevision(projectId, { revision: (await revisionOf(projectId, "changed")) - 1, folder: "" });
    expect(await treeOf(projectId)).toEqual(after);
    expect(await findEntry({ projectId, path: "same" })).toMatchObject({ version: 1 });
  });

  it("is restored for one folder, with nothing else touched", async () => {
    const projectId = await newProject();
    await writeBatch(projectId, [file("a/x", "1"), file("a-b", "1"), file("b/x", "1")]);
    const revision = await revisionOf(projectId, "a/x");
    await writeBatch(projectId, [file("a/x", "2"), file("a/y", "2"), file("a-b", "2"), file("b/x", "2")]);
    await restoreRevision(projectId, { revision, folder: "a" });
    expect(await treeOf(projectId)).toEqual({ "a/x": "1", "a-b": "2", "b/x": "2" });
  });

  it("comes back where a file became a folder, and a folder a file", async () => {
    const projectId = await newProject();
    await writeBatch(projectId, [file("a"), file("b/x")]);
    const before = await treeOf(projectId);
    await writeBatch(projectId, [
      { kind: "delete", path: "a" },
      { kind: "delete", path: "b/x" },
      file("b"),
      file("a/x"),
    ]);
    await writeBatch(projectId, [
      { kind: "delete", path: "a/x" },
      { kind: "directory", path: "a/made" },
    ]);
    await restoreRevision(projectId, { revision: 1, folder: "" });
    expect(await treeOf(projectId)).toEqual(before);
  });

  it("that was never there, or is not kept completely, is refused", async () => {
    process.env.VFS_VERSIONS = "1";
    const projectId = await newProject();
    for (const text of ["1", "2", "3", "4"]) await writeBatch(projectId, [file("a", text)]);
    const restore = (revision: number) => restoreRevision(projectId, { revision, folder: "" });
    await expect(restore(5)).rejects.toMatchObject({ reason: "version_not_found" });
    await expect(restore(2)).rejects.toMatchObject({ reason: "version_not_found", hint: expect.stringContaining("3") });
    await restore(3);
    expect(await treeOf(projectId)).toEqual({ a: "3" });
  });
});
