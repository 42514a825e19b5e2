import { describe, expect, it } from "vitest";
import { type Change, writeBatch } from "../../vfs/batch";
import { findEntry } from "../../vfs/entry";
import { listEntries } from "../../vfs/listing";
import { makeDirectory, writeFile } from "../../vfs/writing";
import { file, newProject } from "../support/trees";

async function pathsOf(projectId: string): Promise<string[]> {
  const page = await listEntries({ projectId, folder: "", recursive: true, limit: 1_000, cursor: undefined });
  return page.items.map(({ path }) => path);
}

describe("a batch", () => {
  it("writes, links, makes and removes in one go", async () => {
    const projectId = await newProject();
    await writeBatch(projectId, [file("old/a"), file("old/b"), file("keep"), file("dir/x")]);
    const { entries, deleted } = await writeBatch(projectId, [
      { kind: "delete", path: "old" },
      { kind: "delete", path: "never/was" },
      file("new/a", "same"),
      file("new/b", "same"),
      { kind: "file", path: "run.sh", content: Buffer.from("#!/bin/sh\n"), executable: true },
      { kind: "symlink", path: "new/link", target: "../keep" },
      { kind: "directory", path: "empty" },
      { kind: "directory", path: "dir" },
    ]);
    expect(deleted).toBe(2);
    expect(entries.map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      "file new/a",
      "file new/b",
      "file run.sh",
      "symlink new/link",
      "directory empty",
    ]);
    expect(await pathsOf(projectId)).toEqual(["dir/x", "empty", "keep", "new/a", "new/b", "new/link", "run.sh"]);
    expect(await findEntry({ projectId, path: "run.sh" })).toMatchObject({ executable: true });
    expect(await findEntry({ projectId, path: "new/link" })).toMatchObject({ kind: "symlink", linkTarget: "../keep" });
  });

  it("may put a file where it removes a folder, and the other way round", async () => {
    const projectId = await newProject();
    await writeBatch(projectId, [file("a/x"), file("b")]);
    await writeBatch(projectId, [
      { kind: "delete", path: "a/x" },
      { kind: "delete", path: "b" },
      file("a"),
      file("b/y"),
    ]);
    expect(await pathsOf(projectId)).toEqual(["a", "b/y"]);
  });

  it("keeps the executable bit where it says nothing of it", async () => {
    const projectId = await newProject();
    await writeFile({ projectId, path: "run.sh" }, Buffer.from("1"), { executable: true });
    await writeBatch(projectId, [file("run.sh", "2")]);
    expect(await findEntry({ projectId, path: "run.sh" })).toMatchObject({ executable: true, version: 2 });
    await writeBatch(projectId, [{ kind: "file", path: "run.sh", content: Buffer.from("3"), executable: false }]);
    expect(await findEntry({ projectId, path: "run.sh" })).toMatchObject({ executable: false, version: 3 });
  });

  const bad: [string, Change[], string][] = [
    ["a bad path", [{ kind: "delete", path: "../x" }], "invalid_path"],
    ["a path that comes twice", [file("x"), { kind: "directory", path: "x" }], "invalid_request"],
    ["a symlink out of the tree", [{ kind: "symlink", path: "l", target: "../x" }], "invalid_link"],
    ["a file below a file", [file("a/b")], "path_conflict"],
    ["a file below one of its own", [file("n"), file("n/m")], "path_conflict"],
    ["a file in a folder's place", [file("dir")], "path_conflict"],
    ["a folder in a file's place", [{ kind: "directory", path: "a" }], "path_conflict"],
    ["a folder below a file", [{ kind: "directory", path: "a/b/c" }], "path_conflict"],
    ["a folder below a symlink", [{ kind: "directory", path: "other/b" }], "path_conflict"],
    ["a hash that is not there", [{ ...file("a"), ifMatch: "0".repeat(64) } as Change], "version_conflict"],
    ["a file that should not exist", [{ ...file("a"), ifNoneMatch: "*" } as Change], "version_conflict"],
    ["a folder that should not exist", [{ kind: "directory", path: "dir", ifNoneMatch: "*" }], "version_conflict"],
    ["a file that should exist", [{ kind: "delete", path: "gone", ifMatch: "*" }], "version_conflict"],
  ];

  it.each(bad)("changes nothing when it holds %s", async (_, changes, reason) => {
    const projectId = await newProject();
    await writeBatch(projectId, [
      file("a"),
      file("dir/x"),
      { kind: "symlink", path: "link", target: "dir" },
      { kind: "symlink", path: "other", target: "dir" },
    ]);
    const before = await pathsOf(projectId);
    const outcome = writeBatch(projectId, [file("first"), { kind: "delete", path: "link" }, ...changes]);
    await expect(outcome).rejects.toMatchObject({ reason });
    expect(await pathsOf(projectId)).toEqual(before);
  });

  it("holds its preconditions against other writers: of two, one gets a conflict", async () => {
    const projectId = await newProject();
    const { entry } = await writeFile({ projectId, path: "a" }, Buffer.from("base"));
    const attempt = (text: string) =>
      writeBatch(projectId, [file(`by-${text}`), { ...file("a", text), ifMatch: entry.hash } as Change]);
    const outcomes = await Promise.allSettled([attempt("one"), attempt("two")]);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const winner = outcomes[0]?.status === "fulfilled" ? "one" : "two";
    expect(await pathsOf(projectId)).toEqual(["a", `by-${winner}`]);
  });

  it("and single writes of one path follow one another, never a mix", async () => {
    const projectId = await newProject();
    await makeDirectory({ projectId, path: "d" });
    const rounds = Array.from({ length: 10 }, (_, i) => [
      writeBatch(projectId, [file("d/x", `batch ${i}`), file("d/y", `batch ${i}`)]),
      writeBatch(projectId, [file("d/y", `other ${i}`), file("d/x", `other ${i}`)]),
    ]);
    await Promise.all(rounds.flat());
    const [x, y] = [await findEntry({ projectId, path: "d/x" }), await findEntry({ projectId, path: "d/y" })];
    expect(x.hash).toBe(y.hash);
    expect([x.version, y.version]).toEqual([20, 20]);
  });
});
