import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Import } from "../../github-import/import";
import { pgPool } from "../../platform/pg-pool";
import { removePath, writeFile as writeProjectFile } from "../../vfs/writing";
import { type GitHubServer, startGitHubServer } from "../github-server/server";
import { Importing } from "../support/importing";
import { conflict, MERGE_CASES, type MergeCase } from "../support/merge-cases";

let scratch: string;
let github: GitHubServer;
let importing: Importing;
let projectId: string;
/** Of the present test. */
let repository: string;
let count = 0;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "vaporform-again-"));
  github = await startGitHubServer({ root: scratch });
  importing = new Importing(github.url);
});

beforeEach(async () => {
  count += 1;
  repository = `again/r${count}`;
  projectId = await importing.newProject();
});

afterAll(async () => {
  await github.close();
  await rm(scratch, { recursive: true, force: true });
});

async function push(files: Record<string, string>): Promise<void> {
  const folder = path.join(scratch, repository);
  await rm(folder, { recursive: true, force: true });
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

/** The commit of `files`, imported into the project. */
async function bring(files: Record<string, string>, overwrite = false): Promise<Import> {
  await push(files);
  const done = await importing.run({ projectId, repository, overwrite });
  expect(done).toMatchObject({ status: "succeeded", failure: null });
  return done;
}

const write = (name: string, text: string) => writeProjectFile({ projectId, path: name }, Buffer.from(text));

async function storedContents(): Promise<number> {
  const { rows } = await pgPool().query<{ n: string }>("SELECT count(*) AS n FROM vfs_contents WHERE project_id = $1", [
    projectId,
  ]);
  return Number(rows[0]?.n);
}

describe("importing a newer commit", () => {
  it("stores only what has changed, removes what is gone, and keeps versions", async () => {
    const large = "l".repeat(600_000);
    await bring({ "same.txt": "same", "changed.txt": "old", "gone.txt": "gone", "large.bin": large });
    const before = await storedContents();
    const done = await bring({ "same.txt": "same", "changed.txt": "new", "added.txt": "added", "large.bin": large });
    expect(done.outcome).toEqual({
      unchanged: false,
      added: 1,
      changed: 1,
      removed: 1,
      conflicts: [],
      conflictCount: 0,
    });
    expect(await storedContents()).toBe(before + 2);
    expect(await importing.tree(projectId)).toEqual({
      "same.txt": "same",
      "changed.txt": "new",
      "added.txt": "added",
      "large.bin": large,
    });
    const { rows } = await pgPool().query(
      "SELECT path, version FROM vfs_versions WHERE project_id = $1 ORDER BY path",
      [projectId],
    );
    expect(rows).toEqual([
      { path: "changed.txt", version: 1 },
      { path: "gone.txt", version: 1 },
    ]);
  });

  it("turns files into folders and back", async () => {
    await bring({ a: "file", "b/c": "in a folder" });
    await bring({ "a/x": "in a folder", b: "file" });
    expect(await importing.tree(projectId)).toEqual({ "a/x": "in a folder", b: "file" });
  });

  it("stores a large file that has changed, though one of its size was there", async () => {
    await bring({ "large.bin": "a".repeat(600_000) });
    await bring({ "large.bin": "b".repeat(600_000) });
    expect((await importing.tree(projectId))["large.bin"]).toBe("b".repeat(600_000));
  });
});

describe("importing the same commit again", () => {
  const archives = () => github.requests.filter((url) => url.includes("/tarball/")).length;

  it("does nothing, and says so, as often as it is asked for", async () => {
    const first = await bring({ a: "1" });
    const before = archives();
    for (let i = 0; i < 3; i++) {
      const again = await importing.run({ projectId, repository });
      expect(again).toMatchObject({
        status: "succeeded",
        commitId: first.commitId,
        files: 1,
        bytes: 1,
        language: "unknown",
      });
      expect(again.outcome).toMatchObject({ unchanged: true, added: 0, changed: 0, removed: 0 });
      expect((await importing.events(again.id)).at(-1)?.message).toMatch(/imported already/);
    }
    expect(archives()).toBe(before);
  });

  it("is told by GitHub without a cost to the rate limit", async () => {
    await bring({ a: "1" });
    const statuses: number[] = [];
    const counting = await startGitHubServer({
      root: scratch,
      onRequest: async (_req, res) => {
        res.once("finish", () => statuses.push(res.statusCode));
        return false;
      },
    });
    const other = new Importing(counting.url);
    expect(await other.run({ projectId, repository })).toMatchObject({ outcome: { unchanged: true } });
    await counting.close();
    expect(statuses).toEqual([304]);
  });

  it("is no reason to leave things as they are when changes are to be overwritten", async () => {
    await bring({ a: "theirs", b: "theirs" });
    await write("a", "ours");
    await removePath({ projectId, path: "b" });
    const kept = await importing.run({ projectId, repository });
    expect(kept.outcome).toMatchObject({ unchanged: true });
    expect(await importing.tree(projectId)).toEqual({ a: "ours" });
    const overwritten = await importing.run({ projectId, repository, overwrite: true });
    expect(overwritten.outcome).toMatchObject({ unchanged: false, added: 1, changed: 1 });
    expect(await importing.tree(projectId)).toEqual({ a: "theirs", b: "theirs" });
  });

  it("into a folder of its own is another import", async () => {
    await bring({ "app/a": "1", b: "2" });
    const folder = await importing.run({ projectId, repository, folder: "app" });
    expect(folder.outcome).toMatchObject({ unchanged: false });
    expect(await importing.tree(projectId)).toEqual({ a: "1" });
  });
});

describe("a file that was", () => {
  const meet = async ({ base, here, there }: MergeCase, overwrite: boolean): Promise<Import> => {
    await bring({ x: "", ...base });
    await here(write, (name) => removePath({ projectId, path: name }));
    return await bring({ x: "", ...there }, overwrite);
  };

  it.each(MERGE_CASES)("$title: what was changed here stays, and is named", async (example) => {
    const { outcome } = await meet(example, false);
    expect(await importing.tree(projectId)).toEqual({ x: "", ...example.kept });
    expect(outcome?.conflicts).toEqual(example.conflicts);
    expect(outcome?.conflictCount).toBe(example.conflicts.length);
  });

  it.each(MERGE_CASES)("$title: the repository wins where that is asked for", async (example) => {
    const { outcome } = await meet(example, true);
    expect(await importing.tree(projectId)).toEqual({ x: "", ...example.overwritten });
    expect(outcome?.conflicts).toEqual([]);
  });

  it("kept as a conflict is one again at the next import, until both sides are the same", async () => {
    await bring({ f: "1" });
    await write("f", "mine");
    await bring({ f: "2" });
    expect((await bring({ f: "3" })).outcome?.conflicts).toEqual(conflict("changed", "changed"));
    expect((await bring({ f: "mine" })).outcome?.conflicts).toEqual([]);
    expect((await bring({ f: "4" })).outcome?.conflicts).toEqual([]);
    expect(await importing.tree(projectId)).toEqual({ f: "4" });
  });
});

describe("a project that had files before its first import", () => {
  it("keeps them, and is told of those that the repository has as well", async () => {
    await write("mine", "mine");
    await write("README", "mine");
    const done = await bring({ README: "theirs", a: "1" });
    expect(await importing.tree(projectId)).toEqual({ mine: "mine", README: "mine", a: "1" });
    expect(done.outcome?.conflicts).toEqual(conflict("added", "added", "README"));
  });
});
