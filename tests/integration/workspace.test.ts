import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Api, type ExecResult, type WorkspaceState } from "../../demo/api";
import { readJson, sendApiError } from "../daytona-server/http";
import type { NewSandbox } from "../daytona-server/registry";
import { type DaytonaServer, startDaytonaServer } from "../daytona-server/server";
import { startVaporform, type Vaporform } from "../support/vaporform";

type Fault = (req: IncomingMessage, res: ServerResponse) => Promise<boolean>;

let scratch: string;
let daytona: DaytonaServer;
let server: Vaporform;
/** Looked at for each request to Daytona; true means that it was answered, or broken, there. */
let fault: Fault | undefined;

const options = () => ({
  dataDir: path.join(scratch, "data"),
  secrets: { DaytonaAPIKey: daytona.key, DaytonaAPIURL: daytona.url },
});

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "vaporform-workspace-"));
  daytona = await startDaytonaServer({
    key: "key-for-tests",
    onRequest: async (req, res) => (await fault?.(req, res)) ?? false,
  });
  server = await startVaporform(options());
});

afterEach(() => {
  fault = undefined;
});

afterAll(async () => {
  await server.stop();
  await daytona.close();
  await rm(scratch, { recursive: true, force: true });
});

const api = () => new Api(server.url, "dev:worker");

interface Created {
  id: string;
  workspaceId: string;
}

async function createProject(language = "typescript"): Promise<Created> {
  return await api().call<Created>("POST", "/projects", { name: `workspace ${crypto.randomUUID()}`, language });
}

const settled = (projectId: string) => api().settledWorkspace(projectId, 50_000);

const isCreate = (req: IncomingMessage) => req.method === "POST" && req.url === "/api/sandbox";

/** Sandboxes that carry the workspace's label. */
const sandboxesOf = (workspaceId: string) =>
  daytona.registry.all.filter(({ sandbox }) => sandbox.labels["vaporform-workspace"] === workspaceId);

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 50_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it never came true that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe("a workspace", () => {
  it("gets one private sandbox, with labels and with all automatic intervals set", async () => {
    const project = await createProject("React");
    const workspace = await settled(project.id);
    const [record, ...others] = sandboxesOf(project.workspaceId);
    expect(others).toEqual([]);
    expect(workspace).toMatchObject({
      status: "running",
      mode: "daytona",
      language: "typescript",
      daytonaSandboxId: record?.sandbox.id,
    });
    expect(record?.sandbox).toMatchObject({
      public: false,
      labels: { vaporform: "local", "vaporform-project": project.id },
    });
    for (const interval of ["autoStopInterval", "autoArchiveInterval", "autoDeleteInterval"] as const) {
      expect(record?.sandbox[interval]).toBeGreaterThan(0);
    }
  });

  it("has the project's files in it, executable ones too, and runs commands there", async () => {
    // Files that are there before the sandbox asks for them: the create is held until they are.
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    fault = async (req) => {
      if (isCreate(req)) await held;
      return false;
    };
    const project = await createProject();
    const file = {
      projectId: project.id,
      path: "bin/hello",
      content: "#!/bin/sh\necho hello $NAME from $(basename $PWD)\n",
      executable: true,
    };
    await api().call("POST", "/vfs/files", file);
    release();
    await settled(project.id);
    const exec = (body: object) => api().call<ExecResult>("POST", `/workspace/${project.workspaceId}/exec`, body);
    expect(await exec({ command: "./hello", cwd: "bin", env: { NAME: "you" } })).toEqual({
      exitCode: 0,
      output: "hello you from bin\n",
      truncated: false,
    });
    expect(await exec({ command: "echo out; echo err >&2; exit 7" })).toMatchObject({
      exitCode: 7,
      output: "out\nerr\n",
    });
    await expect(exec({ command: "sleep 20", timeoutSeconds: 1 })).rejects.toThrow("command_timeout");
    await expect(exec({ command: "" })).rejects.toThrow("invalid_request");
  });

  it("is stopped, started, and deleted with its sandbox", async () => {
    const project = await createProject();
    await settled(project.id);
    const act = (action: string) => api().call<WorkspaceState>("POST", `/workspace/${project.workspaceId}/${action}`);
    expect(await act("stop")).toMatchObject({ status: "stopped" });
    expect(await act("start")).toMatchObject({ status: "starting" });
    expect(await settled(project.id)).toMatchObject({ status: "running" });
    await api().call("DELETE", `/workspace/${project.workspaceId}`);
    await until(() => sandboxesOf(project.workspaceId).length === 0, "the sandbox is gone");
    await until(
      () =>
        api()
          .call("GET", `/workspace/${project.workspaceId}`)
          .then(
            () => false,
            () => true,
          ),
      "the workspace is gone",
    );
  });

  it("keeps a log of what happened to it", async () => {
    const project = await createProject();
    await settled(project.id);
    const logs = await api().call<{ items: { message: string }[] }>("GET", `/workspace/${project.workspaceId}/logs`);
    expect(logs.items.map(({ message }) => message)).toEqual([
      "pending: created",
      "starting: a sandbox is being prepared",
      expect.stringMatching(/^the sandbox \S+ was created$/),
      "running: the sandbox runs, with the files in it",
    ]);
  });

  it("is not there for another user", async () => {
    const project = await createProject();
    const stranger = new Api(server.url, "dev:stranger");
    for (const [method, suffix] of [
      ["GET", ""],
      ["DELETE", ""],
      ["POST", "/exec"],
      ["POST", "/stop"],
      ["GET", "/logs"],
    ] as const) {
      const body = suffix === "/exec" ? { command: "ls" } : undefined;
      await expect(stranger.call(method, `/workspace/${project.workspaceId}${suffix}`, body)).rejects.toThrow(
        "workspace_not_found",
      );
    }
  });

  it("whose sandbox was removed by hand says so", async () => {
    const project = await createProject();
    await settled(project.id);
    for (const record of sandboxesOf(project.workspaceId)) daytona.registry.delete(record);
    const synced = await api().call<WorkspaceState>("POST", `/workspace/${project.workspaceId}/sync`);
    expect(synced).toMatchObject({ status: "error", statusReason: expect.stringContaining("was removed in Daytona") });
  });
});

describe("provisioning", () => {
  it("adopts the sandbox of a create whose answer was lost", async () => {
    let creates = 0;
    fault = async (req, res) => {
      if (!isCreate(req)) return false;
      creates += 1;
      if (creates > 1) return false;
      daytona.registry.create((await readJson(req)) as NewSandbox);
      res.destroy();
      return true;
    };
    const project = await createProject();
    expect(await settled(project.id)).toMatchObject({ status: "running" });
    expect(sandboxesOf(project.workspaceId)).toHaveLength(1);
  });

  it("adopts the sandbox of a server that was killed before it knew the id", async () => {
    let reach: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      reach = resolve;
    });
    fault = async (req, res) => {
      if (!isCreate(req)) return false;
      daytona.registry.create((await readJson(req)) as NewSandbox);
      reach();
      await new Promise((resolve) => res.once("close", resolve));
      return true;
    };
    const project = await createProject();
    await reached;
    await server.kill();
    fault = undefined;
    server = await startVaporform(options());
    expect(await settled(project.id)).toMatchObject({ status: "running" });
    expect(sandboxesOf(project.workspaceId)).toHaveLength(1);
  });

  it.each([
    [503, "Service Unavailable", {}],
    [429, "ThrottlerException: Too Many Requests", { "Retry-After-Sandbox-Create": "1" }],
    [400, "No available runners", {}],
  ])("tries again after %i %s", async (status, message, headers) => {
    let left = 2;
    fault = async (req, res) => {
      if (!isCreate(req) || left === 0) return false;
      left -= 1;
      for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
      sendApiError(req, res, { status, message });
      return true;
    };
    const project = await createProject();
    expect(await settled(project.id)).toMatchObject({ status: "running" });
    expect(sandboxesOf(project.workspaceId)).toHaveLength(1);
  });

  it.each([
    ["a refused key", 401, "Invalid credentials", "daytona_unauthorized"],
    ["a missing permission", 403, "Access denied", "daytona_forbidden"],
    ["a quota", 400, "Total CPU limit exceeded. Maximum allowed: 10.", "daytona_quota_exceeded"],
    ["a wrong request", 400, "snapshot must be a string", "daytona_rejected"],
  ])("ends in error after %s, which is not tried again", async (_, status, message, reason) => {
    let creates = 0;
    fault = async (req, res) => {
      if (!isCreate(req)) return false;
      creates += 1;
      sendApiError(req, res, { status, message });
      return true;
    };
    const project = await createProject();
    expect(await settled(project.id)).toMatchObject({
      status: "error",
      errorReason: reason,
      statusReason: expect.stringContaining(message),
    });
    expect(creates).toBe(1);
  });

  it("names a web page in place of the API as such", async () => {
    fault = async (_req, res) => {
      res.writeHead(200, { "Content-Type": "text/html" });
      res.end("<!doctype html><html><body>a web page</body></html>");
      return true;
    };
    const project = await createProject();
    const workspace = await settled(project.id);
    expect(workspace).toMatchObject({ status: "error", errorReason: "daytona_wrong_url" });
    expect(workspace.statusReason).not.toContain("doctype");
  });

  it("never adopts a sandbox that has the name and other labels", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    fault = async (req) => {
      if (isCreate(req)) await held;
      return false;
    };
    const project = await createProject();
    daytona.registry.create({ name: `vaporform-${project.workspaceId}`, labels: { owner: "somebody else" } });
    release();
    expect(await settled(project.id)).toMatchObject({
      status: "error",
      errorReason: "daytona_name_taken",
      daytonaSandboxId: null,
    });
    expect(daytona.registry.find(`vaporform-${project.workspaceId}`)?.sandbox.labels).toEqual({
      owner: "somebody else",
    });
  });

  it("leaves no sandbox when the project is deleted meanwhile", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let reach: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      reach = resolve;
    });
    fault = async (req) => {
      if (!isCreate(req)) return false;
      reach();
      await held;
      return false;
    };
    const removals = () => daytona.requests.filter((request) => request.startsWith("DELETE /api/sandbox/")).length;
    const before = removals();
    const project = await createProject();
    await reached;
    await api().call("DELETE", `/projects/${project.id}`);
    release();
    await until(() => removals() > before && sandboxesOf(project.workspaceId).length === 0, "the sandbox is removed");
  });
});

describe("the log and the answers", () => {
  it("never hold the key", () => {
    expect(server.lines.join("\n")).not.toContain(daytona.key);
  });

  it("say at start that the SDK is ready, and where", () => {
    expect(server.lines.join("\n")).toContain(`✓ Daytona SDK initialized successfully (API URL: ${daytona.url})`);
  });
});
