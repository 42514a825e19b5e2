import { describe, expect, it } from "vitest";
import { writeBatch } from "../../vfs/batch";
import { findEntry } from "../../vfs/entry";
import { movePath } from "../../vfs/moving";
import { removePath, writeFile } from "../../vfs/writing";
import { file, link, newProject, treeOf } from "../support/trees";

describe("moving", () => {
  it("renames a file, which keeps its times and begins a new history", async () => {
    const projectId = await newProject();
    await writeBatch(projectId, [file("a", "1")]);
    await writeBatch(projectId, [file("a", "2")]);
    const before = await findEntry({ projectId, path: "a" });
    expect(await movePath({ projectId, from: "a", to: "dir/b", overwrite: false })).toBe(1);
    expect(await treeOf(projectId)).toEqual({ "dir/b": "2" });
    const { createdAt, updatedAt } = before;
    expect(await findEntry({ projectId, path: "dir/b" })).toMatchObject({ createdAt, updatedAt, version: 1 });
  });

  it("takes a folder with everything in it, and leaves what only begins like it", async () => {
    const projectId = await newProject();
    await writeBatch(projectId, [
      file("a/x"),
      file("a/b/y"),
      link("a/b/l", "../x"),
      { kind: "directory", path: "a/empty" },
      file("a-b"),
      file("a.c"),
    ]);
    expect(await movePath({ projectId, from: "a", to: "deep/er", overwrite: false })).toBe(4);
    expect(await treeOf(projectId)).toEqual({
      "a-b": "a-b",
      "a.c": "a.c",
      "deep/er/b/l": "-> ../x",
      "deep/er/b/y": "a/b/y",
      "deep/er/empty": "/",
      "deep/er/x": "a/x",
    });
  });

  it("replaces what is there only when told to", async () => {
    const projectId = await newProject();
    await writeBatch(projectId, [file("a/x"), file("b/x"), file("b/z"), file("c")]);
    const move = { projectId, from: "a", to: "b", overwrite: false };
    await expect(movePath(move)).rejects.toMatchObject({ reason: "path_taken" });
    await movePath({ ...move, overwrite: true });
    expect(await treeOf(projectId)).toEqual({ "b/x": "a/x", c: "c" });
    await movePath({ projectId, from: "c", to: "b/x", overwrite: true });
    expect(await treeOf(projectId)).toEqual({ "b/x": "c" });
    // The version that was replaced and the one that came are numbered on.
    expect(await findEntry({ projectId, path: "b/x" })).toMatchObject({ version: 3 });
  });

  it.each([
    ["a", "a", "invalid_move"],
    ["a", "a/b/c", "invalid_move"],
    ["a/b", "a", "invalid_move"],
    ["nothing", "b", "file_not_found"],
    ["a", "file/b", "path_conflict"],
    ["a", "link/b", "path_conflict"],
    ["a/b", "x", "invalid_link"],
    ["a", `${"n".repeat(250)}/`.repeat(4) + "n".repeat(19), "invalid_path"],
  ])("of %s to %s is refused: %s", async (from, to, reason) => {
    const projectId = await newProject();
    await writeBatch(projectId, [file("a/b/c"), link("a/b/up", "../../file"), file("file"), link("link", "a")]);
    const before = await treeOf(projectId);
    await expect(movePath({ projectId, from, to, overwrite: true })).rejects.toMatchObject({ reason });
    expect(await treeOf(projectId)).toEqual(before);
  });

  it("looks at the file's hash first when told to", async () => {
    const projectId = await newProject();
    const { entry } = await writeFile({ projectId, path: "a" }, Buffer.from("1"));
    await writeFile({ projectId, path: "a" }, Buffer.from("2"));
    const move = { projectId, from: "a", to: "b", overwrite: false };
    const stale = movePath({ ...move, precondition: { ifMatch: [entry.hash ?? ""] } });
    await expect(stale).rejects.toMatchObject({ reason: "version_conflict" });
    await movePath({ ...move, precondition: { ifMatch: ["*"] } });
    expect(await treeOf(projectId)).toEqual({ b: "2" });
  });

  it("and writing into the folder at once leave every file in one of the two places", async () => {
    const projectId = await newProject();
    await writeBatch(projectId, [file("a/0")]);
    const writes = Array.from({ length: 10 }, (_, i) => writeFile({ projectId, path: `a/w${i}` }, Buffer.from("w")));
    await Promise.all([
      ...writes.slice(0, 5),
      movePath({ projectId, from: "a", to: "b", overwrite: false }),
      ...writes.slice(5),
    ]);
    const names = Object.keys(await treeOf(projectId)).map((path) => path.slice(2));
    expect(names.toSorted()).toEqual(["0", ...Array.from({ length: 10 }, (_, i) => `w${i}`)]);
    await removePath({ projectId, path: "b" });
  });
});
