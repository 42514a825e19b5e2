import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { SandboxState } from "@daytona/api-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Api, type ExecResult, type WorkspaceState } from "../../demo/api";
import { lookForIdle } from "../daytona-server/idle";
import type { SandboxRecord } from "../daytona-server/registry";
import { type DaytonaServer, startDaytonaServer } from "../daytona-server/server";
import { startVaporform, type Vaporform } from "../support/vaporform";

interface Created {
  id: string;
  workspaceId: string;
}

const LIMIT = 2;

let scratch: string;
let daytona: DaytonaServer;
let server: Vaporform;
/** Made before there was a key. */
let early: Created;

const as = (user: string) => new Api(server.url, `dev:${user}`);
const dataDir = () => path.join(scratch, "data");

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "vaporform-lifecycle-"));
  daytona = await startDaytonaServer({ key: "key-for-tests" });
  server = await startVaporform({ dataDir: dataDir() });
  early = await create("early");
  await server.stop();
  server = await startVaporform({
    dataDir: dataDir(),
    // As people paste them: everything below works all the same.
    secrets: { DaytonaAPIKey: `${daytona.key}\n`, DaytonaAPIURL: ` ${daytona.url}/` },
    env: { VAPORFORM_WORKSPACES_PER_USER: String(LIMIT) },
  });
}, 300_000);

afterAll(async () => {
  await server.stop();
  await daytona.close();
  await rm(scratch, { recursive: true, force: true });
});

async function create(user: string): Promise<Created> {
  return await as(user).call<Created>("POST", "/projects", { name: crypto.randomUUID(), language: "typescript" });
}

async function running(user: string): Promise<Created> {
  const project = await create(user);
  expect(await as(user).settledWorkspace(project.id, 50_000)).toMatchObject({ status: "running" });
  return project;
}

function sandboxOf({ workspaceId }: Created): SandboxRecord {
  const found = daytona.registry.all.find(({ sandbox }) => sandbox.labels["vaporform-workspace"] === workspaceId);
  if (found === undefined) throw new Error("the workspace has no sandbox");
  return found;
}

async function becomes(user: string, { workspaceId }: Created, status: string): Promise<WorkspaceState> {
  const deadline = Date.now() + 50_000;
  for (;;) {
    const workspace = await as(user).call<WorkspaceState>("GET", `/workspace/${workspaceId}`);
    if (workspace.status === status) return workspace;
    if (Date.now() > deadline) throw new Error(`it is ${workspace.status} and not ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe("a workspace that was made in development mode", () => {
  it("is told of by the diagnostics, and gets a sandbox when it is started once there is a key", async () => {
    const before = await as("early").call<WorkspaceState>("GET", `/workspace/${early.workspaceId}`);
    expect(before).toMatchObject({ status: "running", mode: "development", daytonaSandboxId: null });
    const { findings } = await as("early").call<{ findings: object[] }>("GET", "/workspace/diagnostics");
    expect(findings).toContainEqual(
      expect.objectContaining({ check: "running_without_sandbox", workspaces: [early.workspaceId] }),
    );
    await as("early").call("POST", `/workspace/${early.workspaceId}/start`);
    const after = await as("early").settledWorkspace(early.id, 50_000);
    expect(after).toMatchObject({ status: "running", mode: "daytona", daytonaSandboxId: sandboxOf(early).sandbox.id });
  });
});

describe("a workspace that is used", () => {
  const echo = (project: Created) =>
    as("user").call<ExecResult>("POST", `/workspace/${project.workspaceId}/exec`, { command: "echo here" });

  it("is started first, whether the user had stopped it or Daytona had", async () => {
    const project = await running("user");
    await as("user").call("POST", `/workspace/${project.workspaceId}/stop`);
    expect(sandboxOf(project).sandbox.state).toBe(SandboxState.STOPPED);
    expect(await echo(project)).toMatchObject({ exitCode: 0, output: "here\n" });
    daytona.registry.setState(sandboxOf(project), SandboxState.STOPPED);
    expect(await echo(project)).toMatchObject({ exitCode: 0, output: "here\n" });
    expect(await becomes("user", project, "running")).toMatchObject({
      daytonaSandboxId: sandboxOf(project).sandbox.id,
    });
  });
});

describe("what happens in Daytona", () => {
  it("is told by its events, and shows without anybody asking", async () => {
    const project = await running("watcher");
    daytona.registry.setState(sandboxOf(project), SandboxState.STOPPED);
    await becomes("watcher", project, "stopped");
    await as("watcher").call("POST", `/workspace/${project.workspaceId}/restart`);
    await becomes("watcher", project, "running");
  });
});

describe("a workspace that nobody uses", () => {
  const MINUTE = 60_000;
  const DAY = 24 * 60 * MINUTE;
  const later = (milliseconds: number) => lookForIdle(daytona.registry, Date.now() + milliseconds);

  it("stops after half an hour, is archived after a week and comes back when it is used, and goes after a month", async () => {
    const project = await running("idler");
    later(29 * MINUTE);
    expect(sandboxOf(project).sandbox.state).toBe(SandboxState.STARTED);
    later(31 * MINUTE);
    expect(await becomes("idler", project, "stopped")).toMatchObject({ wanted: "stopped" });
    later(8 * DAY);
    expect(sandboxOf(project).sandbox.state).toBe(SandboxState.ARCHIVED);
    const echo = { command: "echo back" };
    expect(await as("idler").call("POST", `/workspace/${project.workspaceId}/exec`, echo)).toMatchObject({
      output: "back\n",
    });
    later(31 * MINUTE);
    later(31 * DAY);
    expect(await becomes("idler", project, "error")).toMatchObject({
      statusReason: expect.stringContaining("was removed in Daytona"),
      daytonaSandboxId: null,
    });
  });
});

describe("the stream of events", () => {
  it("tells what happened from the beginning, and ends with the workspace", async () => {
    const project = await running("listener");
    const socket = new WebSocket(
      `${server.url.replace(/^http/, "ws")}/workspace/${project.workspaceId}/events`,
      "encore-ws",
      { headers: { authorization: "Bearer dev:listener" } },
    );
    const messages: string[] = [];
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await new Promise<void>((resolve) => {
      socket.on("message", (data) => {
        const { event } = JSON.parse(String(data)) as { event: { message: string } | null };
        if (event !== null) messages.push(event.message.replace(/\bsandbox [0-9a-f-]{36}/, "sandbox"));
        if (event?.message.startsWith("running: ") === true) resolve();
      });
    });
    await as("listener").call("DELETE", `/workspace/${project.workspaceId}`);
    await closed;
    expect(messages).toEqual([
      "pending: created",
      "starting: a sandbox is being prepared",
      "the sandbox was created",
      "running: the sandbox runs, with the files in it",
      "deleting: deleted by the user",
      "deleted: deleted",
    ]);
  });
});

describe("the limit of workspaces", () => {
  it("holds for each user, also for requests at once, and ends with a deletion", async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: LIMIT + 2 }, () => create("greedy")));
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(refused).toHaveLength(2);
    for (const { reason } of refused) expect(String(reason)).toContain("workspace_limit_reached");
    const made = outcomes.find((outcome) => outcome.status === "fulfilled")?.value;
    await as("greedy").call("DELETE", `/workspace/${made?.workspaceId}`);
    await create("greedy");
    await create("modest");
  });
});
