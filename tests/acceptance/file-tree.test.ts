import { execFile } from "node:child_process";
import { lstat, mkdtemp, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { call, type ErrorBody, emptyProject, send } from "./client";

interface Page {
  items: { path: string; kind: string; version?: number; current?: boolean; revision?: number }[];
  nextCursor?: string;
}

interface Found {
  items: { path: string; matches: { line: number; column: number; text: string }[] }[];
}

const file = (name: string, content = name) => ({ kind: "file", path: name, content });

async function batch(projectId: string, changes: unknown[]) {
  return await call<ErrorBody & { entries: { path: string }[]; deleted: number }>("POST", "/vfs/batch", {
    body: { projectId, changes },
  });
}

async function pathsOf(projectId: string): Promise<string[]> {
  const page = await call<Page>("GET", `/vfs/directories/${projectId}?recursive=true&limit=1000`);
  return page.body.items.map((item) => item.path);
}

const textOf = async (projectId: string, name: string, query = "") =>
  await (await send("GET", `/vfs/files/${projectId}/${name}${query}`)).text();

describe("a batch", () => {
  it("writes texts, bytes, symlinks and folders, and deletes, all at once", async () => {
    const projectId = await emptyProject();
    await batch(projectId, [file("old/a"), file("old/b")]);
    const { status, body } = await batch(projectId, [
      { kind: "delete", path: "old" },
      file("src/é.ts"),
      { kind: "file", path: "bytes", content: "AP8=", encoding: "base64", executable: true },
      { kind: "symlink", path: "src/link", target: "../bytes" },
      { kind: "directory", path: "empty" },
    ]);
    expect([status, body.deleted, body.entries.length]).toEqual([200, 2, 4]);
    expect(await pathsOf(projectId)).toEqual(["bytes", "empty", "src/link", "src/é.ts"]);
    const bytes = await send("GET", `/vfs/files/${projectId}/bytes`);
    expect(Buffer.from(await bytes.arrayBuffer()).toString("hex")).toBe("00ff");
    const viaLink = await call<ErrorBody>("GET", `/vfs/files/${projectId}/src/link`);
    expect(viaLink.body.details?.reason).toBe("not_a_file");
  });

  it("changes nothing when one of its changes cannot be made", async () => {
    const projectId = await emptyProject();
    await batch(projectId, [file("a"), file("b")]);
    const refused: [unknown, string][] = [
      [{ ...file("a"), ifNoneMatch: "*" }, "version_conflict"],
      [{ ...file("a"), ifMatch: "0".repeat(64) }, "version_conflict"],
      [file("a/below"), "path_conflict"],
      [file("../out"), "invalid_path"],
      [{ kind: "symlink", path: "l", target: "/etc/passwd" }, "invalid_link"],
      [{ kind: "file", path: "c", content: "?", encoding: "base64" }, "invalid_request"],
      [{ kind: "file", path: "c" }, "invalid_request"],
      [file("new"), "invalid_request"],
    ];
    for (const [change, reason] of refused) {
      const { body } = await batch(projectId, [file("new"), { kind: "delete", path: "b" }, change]);
      expect(body.details?.reason).toBe(reason);
    }
    expect(await pathsOf(projectId)).toEqual(["a", "b"]);
  });

  it("and a single write as JSON take the same preconditions", async () => {
    const projectId = await emptyProject();
    const write = (content: string, condition: object) =>
      call<ErrorBody & { hash: string }>("POST", "/vfs/files", {
        body: { projectId, path: "a", content, ...condition },
      });
    const first = await write("1", { ifNoneMatch: "*" });
    expect(first.status).toBe(200);
    const again = await write("2", { ifNoneMatch: "*" });
    expect([again.status, again.body.code, again.body.details?.reason]).toEqual([409, "aborted", "version_conflict"]);
    expect((await write("2", { ifMatch: first.body.hash })).status).toBe(200);
    expect((await write("3", { ifMatch: first.body.hash })).status).toBe(409);
    expect(await textOf(projectId, "a")).toBe("2");
  });
});

describe("folders", () => {
  it("are listed on pages sorted by bytes, whole or level by level", async () => {
    const projectId = await emptyProject();
    const names = ["Z", "a", "a-b/x", "a.c/x", "é", "😀", "b/c/d"];
    await batch(projectId, [...names.map((name) => file(name)), { kind: "directory", path: "b/empty" }]);
    const sorted = ["Z", "a", "a-b/x", "a.c/x", "b/c/d", "b/empty", "é", "😀"];
    expect(await pathsOf(projectId)).toEqual(sorted);
    const level: string[] = [];
    for (let cursor = ""; ; ) {
      const query = `limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const page = await call<Page>("GET", `/vfs/directories/${projectId}?${query}`);
      level.push(...page.body.items.map(({ path: name, kind }) => `${kind} ${name}`));
      if (page.body.nextCursor === undefined) break;
      cursor = page.body.nextCursor;
    }
    expect(level).toEqual(["file Z", "file a", "directory a-b", "directory a.c", "directory b", "file é", "file 😀"]);
    const inside = await call<Page>("GET", `/vfs/directories/${projectId}?path=b`);
    expect(inside.body.items.map(({ path: name }) => name)).toEqual(["b/c", "b/empty"]);
  });

  it("may be made, and are where there is something in them", async () => {
    const projectId = await emptyProject();
    const made = await call("POST", "/vfs/directories", { body: { projectId, path: "a/b" } });
    expect(made.body).toMatchObject({ path: "a/b", kind: "directory" });
    expect((await call("GET", `/vfs/metadata/${projectId}/a`)).body).toMatchObject({ kind: "directory" });
    await send("DELETE", `/vfs/files/${projectId}/a`);
    expect((await call("GET", `/vfs/metadata/${projectId}/a/b`)).status).toBe(404);
  });

  it("are moved and deleted with everything in them", async () => {
    const projectId = await emptyProject();
    await batch(projectId, [file("a/x"), file("a/y/z"), file("b/x"), file("ab")]);
    const move = (body: object) => call<ErrorBody & { moved: number }>("POST", `/vfs/move/${projectId}`, { body });
    expect((await move({ from: "a", to: "b" })).body).toMatchObject({
      code: "already_exists",
      details: { reason: "path_taken" },
    });
    expect((await move({ from: "a", to: "a/y/a" })).body.details?.reason).toBe("invalid_move");
    expect((await move({ from: "a", to: "b", overwrite: true })).body.moved).toBe(2);
    expect(await pathsOf(projectId)).toEqual(["ab", "b/x", "b/y/z"]);
    expect(await textOf(projectId, "b/x")).toBe("a/x");
    expect((await send("DELETE", `/vfs/files/${projectId}/b`)).status).toBe(204);
    expect(await pathsOf(projectId)).toEqual(["ab"]);
  });
});

describe("versions", () => {
  it("are listed, read and restored, also of what was deleted", async () => {
    const projectId = await emptyProject();
    for (const text of ["one", "two"]) await send("PUT", `/vfs/files/${projectId}/a.txt`, { body: text });
    await send("DELETE", `/vfs/files/${projectId}/a.txt`);
    const versions = await call<Page>("GET", `/vfs/versions/${projectId}/a.txt`);
    expect(versions.body.items).toMatchObject([
      { version: 2, current: false },
      { version: 1, current: false },
    ]);
    expect(await textOf(projectId, "a.txt", "?version=1")).toBe("one");
    const deleted = await call<Page>("GET", `/vfs/deleted/${projectId}`);
    expect(deleted.body.items).toMatchObject([{ path: "a.txt", version: 2 }]);
    const restored = await call("POST", `/vfs/restore/${projectId}`, { body: { path: "a.txt", version: 1 } });
    expect(restored.body).toMatchObject({ written: 1, entry: { path: "a.txt", version: 3 } });
    expect(await textOf(projectId, "a.txt")).toBe("one");
    const gone = await call<ErrorBody>("POST", `/vfs/restore/${projectId}`, { body: { path: "a.txt", version: 9 } });
    expect([gone.status, gone.body.details?.reason]).toEqual([404, "version_not_found"]);
  });

  it("give back the whole tree as it was at a revision", async () => {
    const projectId = await emptyProject();
    await batch(projectId, [file("a", "1"), file("b/c", "1")]);
    const { body: storage } = await call<{ revision: number }>("GET", `/vfs/storage/${projectId}`);
    await batch(projectId, [file("a", "2"), file("new"), { kind: "delete", path: "b" }]);
    const { revision } = storage;
    const restored = await call("POST", `/vfs/restore/${projectId}`, { body: { revision } });
    expect(restored.body).toEqual({ written: 2, removed: 1 });
    expect(await pathsOf(projectId)).toEqual(["a", "b/c"]);
    expect(await textOf(projectId, "a")).toBe("1");
    for (const body of [{}, { path: "a" }, { revision: 1, version: 1 }, { revision: 0 }]) {
      const refused = await call<ErrorBody>("POST", `/vfs/restore/${projectId}`, { body });
      expect(refused.body.details?.reason).toBe("invalid_request");
    }
  });
});

describe("searching", () => {
  it("finds names and lines, and refuses patterns that it cannot read", async () => {
    const projectId = await emptyProject();
    await batch(projectId, [
      file("src/a.ts", "first\nconst Needle = 1;\n"),
      file("src/b.js", "needle\n"),
      { kind: "file", path: "bin", content: Buffer.from("needle\0").toString("base64"), encoding: "base64" },
    ]);
    const search = async (query: Record<string, string>) =>
      (await call<Found & ErrorBody>("GET", `/vfs/search/${projectId}?${new URLSearchParams(query)}`)).body;
    expect((await search({ name: "*.ts" })).items.map((item) => item.path)).toEqual(["src/a.ts"]);
    expect((await search({ text: "needle" })).items).toMatchObject([
      { path: "src/a.ts", matches: [{ line: 2, column: 7, text: "const Needle = 1;" }] },
      { path: "src/b.js", matches: [{ line: 1, column: 1 }] },
    ]);
    const sensitive = await search({ text: "n.{4}e$", regex: "true", caseSensitive: "true", path: "src" });
    expect(sensitive.items.map((item) => item.path)).toEqual(["src/b.js"]);
    expect((await search({ text: "(", regex: "true" })).details?.reason).toBe("invalid_pattern");
    expect((await search({})).details?.reason).toBe("invalid_request");
  });
});

describe("storage", () => {
  it("is told by language and folder, with the quota", async () => {
    const projectId = await emptyProject();
    await batch(projectId, [file("src/a.ts", "12345"), file("b.py", "1")]);
    const { body } = await call("GET", `/vfs/storage/${projectId}`);
    expect(body).toMatchObject({
      files: 2,
      bytes: 6,
      versions: { count: 0, bytes: 0 },
      languages: [
        { name: "TypeScript", files: 1, bytes: 5 },
        { name: "Python", files: 1, bytes: 1 },
      ],
      folders: [
        { name: "src", files: 1, bytes: 5 },
        { name: "", files: 1, bytes: 1 },
      ],
    });
    expect((body as { quota: { bytes: number } }).quota.bytes).toBeGreaterThan(0);
  });
});

describe("the archive", () => {
  it("unpacks to the same tree, modes and links included", async () => {
    const projectId = await emptyProject();
    await batch(projectId, [
      file("a b/ключ.txt", "text"),
      { ...file("run", "#!/bin/sh\n"), executable: true },
      { kind: "symlink", path: "a b/link", target: "../run" },
      { kind: "directory", path: "empty" },
    ]);
    const folder = await mkdtemp(path.join(tmpdir(), "vaporform-acceptance-"));
    try {
      const answer = await send("GET", `/vfs/archive/${projectId}`);
      expect(answer.headers.get("content-type")).toBe("application/gzip");
      await writeFile(path.join(folder, "tree.tar.gz"), Buffer.from(await answer.arrayBuffer()));
      await promisify(execFile)("tar", ["xzf", "tree.tar.gz"], { cwd: folder });
      expect(await readFile(path.join(folder, "a b/ключ.txt"), "utf8")).toBe("text");
      expect((await lstat(path.join(folder, "run"))).mode & 0o111).not.toBe(0);
      expect(await readlink(path.join(folder, "a b/link"))).toBe("../run");
      expect((await lstat(path.join(folder, "empty"))).isDirectory()).toBe(true);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
