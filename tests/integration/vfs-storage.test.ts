import { expect, it } from "vitest";
import { writeBatch } from "../../vfs/batch";
import { reportStorage } from "../../vfs/storage";
import { file, link, newProject } from "../support/trees";

it("is reported by kind, language and folder, with former versions and what is shared", async () => {
  const projectId = await newProject();
  await writeBatch(projectId, [
    file("src/a.ts", "12345"),
    file("src/deep/b.TSX", "12345"),
    file("src/c.py", "123"),
    file("Makefile", "1"),
    file("docs/x.unknown", "1234567"),
    file(".env", "12"),
    link("l", "src"),
    { kind: "directory", path: "empty" },
  ]);
  await writeBatch(projectId, [file("src/c.py", "1234")]);
  const report = await reportStorage({ projectId, folder: "" });
  expect(report).toEqual({
    files: 6,
    symlinks: 1,
    directories: 1,
    bytes: 24,
    // The two contents of five bytes are one; the former version is there still.
    storedBytes: 5 + 3 + 4 + 1 + 7 + 2,
    versions: { count: 1, bytes: 3 },
    quota: { files: 100_000, bytes: 5 * 1024 ** 3, versionBytes: 5 * 1024 ** 3 },
    revision: 2,
    languages: [
      { name: "TypeScript", files: 2, bytes: 10 },
      { name: "Other", files: 2, bytes: 9 },
      { name: "Python", files: 1, bytes: 4 },
      { name: "Make", files: 1, bytes: 1 },
    ],
    folders: [
      { name: "src", files: 3, bytes: 14 },
      { name: "docs", files: 1, bytes: 7 },
      { name: "", files: 2, bytes: 3 },
    ],
  });
  const inside = await reportStorage({ projectId, folder: "src" });
  expect(inside.folders).toEqual([
    { name: "", files: 2, bytes: 9 },
    { name: "src/deep", files: 1, bytes: 5 },
  ]);
});

it("of a project without files is empty", async () => {
  const report = await reportStorage({ projectId: await newProject(), folder: "" });
  expect(report).toMatchObject({ files: 0, bytes: 0, storedBytes: 0, revision: 0, languages: [], folders: [] });
});
