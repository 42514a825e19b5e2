import { execFile } from "node:child_process";
import { lstat, mkdtemp, readdir, readFile, readlink, rm, writeFile as writeToDisk } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeBatch } from "../../vfs/batch";
import { movePath } from "../../vfs/moving";
import { openTreeArchive } from "../../vfs/tree-archive";
import { readSnapshot, type SnapshotRow } from "../../vfs/tree-snapshot";
import { file, link, newProject } from "../support/trees";

let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "vaporform-archive-"));
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

/** What GNU tar makes of the project's archive. */
async function unpacked(projectId: string): Promise<Record<string, string>> {
  const folder = await mkdtemp(path.join(scratch, "tree-"));
  const archive = path.join(scratch, `${projectId}.tar.gz`);
  await writeToDisk(archive, await buffer(openTreeArchive({ projectId })));
  await promisify(execFile)("tar", ["xzf", archive, "-C", folder]);
  const tree: Record<string, string> = {};
  for (const name of await readdir(folder, { recursive: true })) {
    const found = await lstat(path.join(folder, name));
    if (found.isSymbolicLink()) tree[name] = `-> ${await readlink(path.join(folder, name))}`;
    else if (found.isFile()) {
      const mode = (found.mode & 0o777).toString(8);
      tree[name] = `${mode} ${await readFile(path.join(folder, name), "utf8")}`;
    } else if ((await readdir(path.join(folder, name))).length === 0) tree[name] = "/";
  }
  return tree;
}

describe("the archive of a tree", () => {
  it("is unpacked by GNU tar to the same tree, with modes, links, long and foreign names and empty folders", async () => {
    const projectId = await newProject();
    const long = `${"long/".repeat(60)}${"n".repeat(200)}.txt`;
    await writeBatch(projectId, [
      file("README.md", "hello"),
      { ...file("run.sh", "#!/bin/sh\n"), executable: true },
      file("empty.txt", ""),
      file("большой/файл ☃.txt", "снег"),
      file("-rf", "dash"),
      file("a b/c'd\"e", "quotes"),
      file(long, "long"),
      file("big.bin", "0123456789".repeat(60_000)),
      link("link", "README.md"),
      link("большой/вверх", "../README.md"),
      link("far", `${"long/".repeat(60)}${"n".repeat(200)}.txt`),
      { kind: "directory", path: "made/empty" },
    ]);
    expect(await unpacked(projectId)).toEqual({
      "README.md": "644 hello",
      "run.sh": "755 #!/bin/sh\n",
      "empty.txt": "644 ",
      "большой/файл ☃.txt": "644 снег",
      "-rf": "644 dash",
      "a b/c'd\"e": "644 quotes",
      [long]: "644 long",
      "big.bin": `644 ${"0123456789".repeat(60_000)}`,
      link: "-> README.md",
      "большой/вверх": "-> ../README.md",
      far: `-> ${long}`,
      "made/empty": "/",
    });
  });

  it("is a valid one also of an empty tree", async () => {
    expect(await unpacked(await newProject())).toEqual({});
  });
});

describe("reading a tree page by page", () => {
  it("gives the tree of one moment, whatever is written, moved and deleted meanwhile", async () => {
    const projectId = await newProject();
    const paths = Array.from({ length: 4_200 }, (_, i) => `f${String(i).padStart(4, "0")}`);
    await writeBatch(
      projectId,
      paths.map((name) => file(name, "before")),
    );
    const seen: SnapshotRow[] = [];
    let page = 0;
    for await (const rows of readSnapshot({ projectId })) {
      seen.push(...rows);
      page += 1;
      if (page !== 1) continue;
      await writeBatch(projectId, [file("f2900", "after"), file("f2900x", "new"), { kind: "delete", path: "f2901" }]);
      await movePath({ projectId, from: "f3000", to: "a", overwrite: false });
      await movePath({ projectId, from: "f0001", to: "f4100", overwrite: true });
    }
    expect(page).toBeGreaterThan(2);
    expect(seen.map((row) => row.path)).toEqual(paths);
    expect(new Set(seen.map(({ hash }) => hash)).size).toBe(1);
  });
});
