import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Backend, type Stage, startBackend } from "../support/workspace-stage";

interface Synced {
  files: { changes: { path: string; change: string }[]; conflicts: { path: string }[] } | null;
}

interface SyncStatus {
  inSync: boolean;
  push: unknown[];
  pull: unknown[];
  conflicts: unknown[];
}

let backend: Backend;
beforeAll(async () => {
  backend = await startBackend("pusher");
});
afterAll(async () => {
  await backend.stop();
});

const write = (stage: Stage, path: string, content: string, executable = false) =>
  backend.api.call("POST", "/vfs/files", { projectId: stage.projectId, path, content, executable });
const remove = (stage: Stage, path: string) => backend.api.call("DELETE", `/vfs/files/${stage.projectId}/${path}`);
const sync = (stage: Stage, body: object = {}) => stage.call<Synced>("POST", "/sync", body);
const status = (stage: Stage) => stage.call<SyncStatus>("GET", "/sync-status");

describe("pushing files", () => {
  it("brings what was added, changed and deleted, and nothing else", async () => {
    const stage = await backend.stage({ "a.txt": "one", "deep/er/b.txt": "two", "c.txt": "three" });
    expect(await status(stage)).toMatchObject({ inSync: true });
    await stage.exec("touch -d 2001-01-01 c.txt");
    await write(stage, "a.txt", "another");
    await write(stage, "bin/run", "#!/bin/sh\necho ran\n", true);
    await remove(stage, "deep/er/b.txt");
    const changes = [
      { path: "a.txt", change: "changed" },
      { path: "bin/run", change: "added" },
      { path: "deep/er/b.txt", change: "deleted" },
    ];
    expect(await status(stage)).toMatchObject({ inSync: false, push: changes, pull: [], conflicts: [] });
    expect((await sync(stage, { dryRun: true })).files).toMatchObject({ changes, conflicts: [] });
    expect(stage.inSandbox("a.txt")).toBe("one");
    expect((await sync(stage)).files).toMatchObject({ direction: "push", changes, conflicts: [] });
    expect(stage.inSandbox("a.txt")).toBe("another");
    expect(stage.inSandbox("deep")).toBeNull();
    expect(await stage.exec("./bin/run && stat -c %y c.txt")).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/^ran\n2001-01-01/),
    });
    expect((await sync(stage)).files).toMatchObject({ changes: [], conflicts: [] });
    expect(await status(stage)).toMatchObject({ inSync: true });
  });

  it("takes names of every kind", async () => {
    const names = ["with space", "quote'd", 'double"', "back\\slash", "-dash", "$(touch x)", "ünï☃", "*"];
    const stage = await backend.stage(Object.fromEntries(names.map((name) => [`odd/${name}`, name])));
    for (const name of names) expect(stage.inSandbox(`odd/${name}`)).toBe(name);
    expect(await status(stage)).toMatchObject({ inSync: true });
    for (const name of names) await remove(stage, `odd/${encodeURIComponent(name)}`);
    await sync(stage);
    expect(stage.inSandbox("odd")).toBeNull();
    expect(await status(stage)).toMatchObject({ inSync: true });
  });

  it("turns a file into a folder and back", async () => {
    const stage = await backend.stage({ thing: "a file" });
    await remove(stage, "thing");
    await write(stage, "thing/inside", "deep");
    await sync(stage);
    expect(stage.inSandbox("thing/inside")).toBe("deep");
    await remove(stage, "thing/inside");
    await write(stage, "thing", "a file again");
    await sync(stage);
    expect(stage.inSandbox("thing")).toBe("a file again");
    expect(await status(stage)).toMatchObject({ inSync: true });
  });

  it("reports what both sides changed, and overwrites it only when told to", async () => {
    const stage = await backend.stage({ "both.txt": "base", "mine.txt": "base", "gone.txt": "base" });
    await stage.exec("echo sandbox > both.txt; echo more > other.txt; rm gone.txt");
    await write(stage, "both.txt", "project");
    await write(stage, "mine.txt", "project");
    await write(stage, "gone.txt", "project");
    const conflicts = [
      { path: "both.txt", project: "changed", sandbox: "changed" },
      { path: "gone.txt", project: "changed", sandbox: "deleted" },
    ];
    expect((await sync(stage)).files).toMatchObject({ changes: [{ path: "mine.txt", change: "changed" }], conflicts });
    expect(stage.inSandbox("both.txt")).toBe("sandbox\n");
    expect(stage.inSandbox("gone.txt")).toBeNull();
    expect(await status(stage)).toMatchObject({ push: [], pull: [{ path: "other.txt", change: "added" }], conflicts });
    expect((await sync(stage, { overwrite: true })).files).toMatchObject({ conflicts: [] });
    expect(stage.inSandbox("both.txt")).toBe("project");
    expect(stage.inSandbox("gone.txt")).toBe("project");
    expect(stage.inSandbox("other.txt")).toBe("more\n");
  });

  it("leaves in the sandbox what tools made there", async () => {
    const stage = await backend.stage({ "package.json": "{}", "packages/build/index.js": "1" });
    await stage.exec("mkdir -p node_modules/x build && echo 1 > node_modules/x/index.js && echo 2 > build/out.js");
    // 'build' is a name that the project itself has, so it is looked into.
    expect(await status(stage)).toMatchObject({ pull: [{ path: "build/out.js", change: "added" }] });
  });

  it("does not put a file where the sandbox has a folder of its own", async () => {
    const stage = await backend.stage();
    await stage.exec("mkdir spot && echo here > spot/file");
    await write(stage, "spot", "a file");
    expect((await sync(stage)).files).toMatchObject({
      changes: [],
      conflicts: [
        { path: "spot", project: "added", sandbox: "unchanged" },
        { path: "spot/file", project: "unchanged", sandbox: "added" },
      ],
    });
    expect(stage.inSandbox("spot/file")).toBe("here\n");
    await sync(stage, { overwrite: true });
    expect(stage.inSandbox("spot")).toBe("a file");
  });

  it("calls everything a conflict that differs when the manifest is lost", async () => {
    const stage = await backend.stage({ "same.txt": "same", "other.txt": "base" });
    await stage.exec("rm ../.vaporform/manifest.json; echo changed > other.txt");
    expect((await sync(stage)).files).toMatchObject({ changes: [], conflicts: [{ path: "other.txt" }] });
    expect(stage.inSandbox("other.txt")).toBe("changed\n");
  });

  it("starts a stopped sandbox when a direction is named, and else only looks at the status", async () => {
    const stage = await backend.stage({ "a.txt": "one" });
    await stage.call("POST", "/stop");
    expect(await sync(stage)).toMatchObject({ status: "stopped", files: null });
    await write(stage, "a.txt", "two");
    expect(await sync(stage, { direction: "push" })).toMatchObject({ status: "running" });
    expect(stage.inSandbox("a.txt")).toBe("two");
  });
});
