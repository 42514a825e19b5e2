import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openStagedTree, type StagedEntry } from "../../vfs/staged-tree";
import { newProject } from "../support/trees";

const file = (path: string): StagedEntry => ({
  kind: "file",
  path,
  executable: false,
  size: 1,
  content: Buffer.from("x"),
});

async function commit(entries: StagedEntry[]) {
  const stage = await openStagedTree({ projectId: await newProject(), stageId: randomUUID() });
  for (const entry of entries) await stage.add(entry);
  return await stage.commit();
}

describe("a path of a stage", () => {
  it.each([
    ["a file", file("a")],
    ["a symlink", { kind: "symlink", path: "a", target: "elsewhere" } satisfies StagedEntry],
  ])("is not %s and a folder at once, whatever else sorts between the two", async (_, above) => {
    const stage = [file("a-b"), file("a b"), file("a!/c"), file("a.txt"), file("a/b/c"), above, file("a0")];
    await expect(commit(stage)).rejects.toThrow("'a' is a file, and 'a/b/c' lies below it");
  });

  it("may begin with the name of another", async () => {
    const paths = ["a", "a-b", "a b/c", "a.txt", "a0", "b/a", "b/aa/c", "b/a-a", "_/x", "%/y", "%%"];
    expect(await commit(paths.map(file))).toMatchObject({ added: paths.length });
  });
});
