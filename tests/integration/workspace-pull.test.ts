import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Backend, type Stage, startBackend } from "../support/workspace-stage";

interface Synced {
  files: {
    changes: { path: string; change: string }[];
    conflicts: { path: string }[];
    skipped: { path: string; reason: string }[];
  };
}

interface Entry {
  kind: string;
  executable: boolean;
  target?: string;
}

let backend: Backend;
beforeAll(async () => {
  backend = await startBackend("puller");
});
afterAll(async () => {
  await backend.stop();
});

const pull = (stage: Stage, body: object = {}) => stage.call<Synced>("POST", "/sync", { direction: "pull", ...body });
const status = (stage: Stage) => stage.call("GET", "/sync-status");
const write = (stage: Stage, path: string, content: string) =>
  backend.api.call("POST", "/vfs/files", { projectId: stage.projectId, path, content });

/** Null for what is not there. */
async function inProject(stage: Stage, path: string): Promise<string | null> {
  const response = await fetch(`${backend.server.url}/vfs/files/${stage.projectId}/${path}`, {
    headers: { authorization: "Bearer dev:puller" },
  });
  return response.ok ? await response.text() : null;
}

describe("pulling files", () => {
  it("brings back what was added, changed, deleted and made executable, and links", async () => {
    const stage = await backend.stage({ "a.txt": "one", "gone.txt": "two", "run.sh": "echo hi\n" });
    await stage.exec(
      "echo more > a.txt; rm gone.txt; mkdir -p new/deep; echo x > 'new/deep/a b☃.txt'; chmod +x run.sh; ln -s a.txt link",
    );
    await stage.exec("mkdir -p node_modules/x && echo 1 > node_modules/x/index.js");
    const changes = [
      { path: "a.txt", change: "changed" },
      { path: "gone.txt", change: "deleted" },
      { path: "link", change: "added" },
      { path: "new/deep/a b☃.txt", change: "added" },
      { path: "run.sh", change: "changed" },
    ];
    expect((await pull(stage, { dryRun: true })).files).toMatchObject({ changes });
    expect(await inProject(stage, "a.txt")).toBe("one");
    expect((await pull(stage)).files).toMatchObject({ direction: "pull", changes, conflicts: [], skipped: [] });
    expect(await inProject(stage, "a.txt")).toBe("more\n");
    expect(await inProject(stage, "gone.txt")).toBeNull();
    expect(await inProject(stage, encodeURI("new/deep/a b☃.txt"))).toBe("x\n");
    const entry = (path: string) => backend.api.call<Entry>("GET", `/vfs/metadata/${stage.projectId}/${path}`);
    expect(await entry("run.sh")).toMatchObject({ executable: true });
    expect(await entry("link")).toMatchObject({ kind: "symlink" });
    expect(await status(stage)).toMatchObject({ inSync: true });
  });

  it("reports what both sides changed, and overwrites it only when told to", async () => {
    const stage = await backend.stage({ "both.txt": "base", "theirs.txt": "base" });
    await stage.exec("echo sandbox > both.txt; echo sandbox > theirs.txt");
    await write(stage, "both.txt", "project");
    const conflicts = [{ path: "both.txt", project: "changed", sandbox: "changed" }];
    expect((await pull(stage)).files).toMatchObject({
      changes: [{ path: "theirs.txt", change: "changed" }],
      conflicts,
    });
    expect(await inProject(stage, "both.txt")).toBe("project");
    expect((await pull(stage, { overwrite: true })).files).toMatchObject({ conflicts: [] });
    expect(await inProject(stage, "both.txt")).toBe("sandbox\n");
    expect(await status(stage)).toMatchObject({ inSync: true });
  });

  it("leaves in the sandbox what the project cannot hold, and says why", async () => {
    const stage = await backend.stage({ "a.txt": "one" });
    await stage.exec("ln -s /etc/hostname outside; echo fine > fine.txt");
    expect((await pull(stage)).files).toMatchObject({
      changes: [{ path: "fine.txt", change: "added" }],
      skipped: [{ path: "outside", reason: expect.stringContaining("begins with '/'") }],
    });
    expect(await inProject(stage, "fine.txt")).toBe("fine\n");
  });

  it("does not begin while another synchronisation is under way", async () => {
    const stage = await backend.stage({ "a.txt": "one" });
    backend.daytona.faults.add("POST /toolbox/:id/files/bulk-download", { kind: "delay", ms: 1_500 });
    const first = pull(stage);
    await new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (Object.keys(backend.daytona.faults.left).length > 0) return;
        clearInterval(look);
        resolve();
      }, 20);
    });
    await expect(pull(stage)).rejects.toThrow("sync_in_progress");
    await first;
  });
});
