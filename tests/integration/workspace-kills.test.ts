import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Api, type WorkspaceState } from "../../demo/api";
import { type DaytonaServer, startDaytonaServer } from "../daytona-server/server";
import { startVaporform, type Vaporform } from "../support/vaporform";

/** WORKSPACE_KILLS_SEED makes the same choices again. */
const seed = Number(process.env.WORKSPACE_KILLS_SEED ?? Date.now() % 2 ** 31);
const WORKSPACES = 50;
/** Deleted while they come to be. */
const DOOMED = 5;
const KILLS = 3;

let scratch: string;
let daytona: DaytonaServer;
let server: Vaporform;
/** Called for each request to Daytona, before it is handled. */
let onRequest: () => void = () => undefined;

const start = () =>
  startVaporform({
    dataDir: path.join(scratch, "data"),
    secrets: { DaytonaAPIKey: daytona.key, DaytonaAPIURL: daytona.url },
    startTimeoutMs: 180_000,
  });
const api = () => new Api(server.url, "dev:victim");

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "vaporform-kills-"));
  daytona = await startDaytonaServer({
    key: "key-for-tests",
    onRequest: async () => {
      onRequest();
      return false;
    },
  });
  server = await start();
}, 200_000);

afterAll(async () => {
  await server.stop();
  await daytona.close();
  await rm(scratch, { recursive: true, force: true });
});

/** Kills the server at the moment when so many more requests have reached Daytona. */
function killAfter(requests: number): Promise<void> {
  const victim = server;
  let left = requests;
  return new Promise((resolve, reject) => {
    onRequest = () => {
      left -= 1;
      if (left === 0) victim.kill().then(resolve, reject);
    };
  });
}

async function eventually(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 240_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it never came true that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

describe("a server that is killed at random while workspaces come to be", () => {
  it("has each running with one sandbox after its restart, and none left over", { timeout: 900_000 }, async () => {
    const kills = fc.sample(fc.integer({ min: 5, max: 120 }), { numRuns: KILLS, seed });
    console.log(`kills after ${kills.join(", ")} requests to Daytona: WORKSPACE_KILLS_SEED=${seed}`);
    const names = Array.from({ length: WORKSPACES + DOOMED }, (_, index) => `victim ${index}`);
    for (const requests of kills) {
      // Whatever the last server did not get to is asked for again, and so is what it did not answer.
      const killed = killAfter(requests);
      const making = makeMissing(names);
      await Promise.race([killed, making.then(everythingRuns)]);
      await server.kill();
      onRequest = () => undefined;
      await making;
      server = await start();
    }
    await makeMissing(names);
    const all = await projects();
    const isDoomed = (name: string) => names.indexOf(name) >= WORKSPACES;
    for (const { id } of all.filter(({ name }) => isDoomed(name))) await api().call("DELETE", `/projects/${id}`);
    const kept = all.filter(({ name }) => !isDoomed(name));
    expect(kept).toHaveLength(WORKSPACES);

    const workspaces: WorkspaceState[] = [];
    await eventually(async () => {
      workspaces.length = 0;
      for (const { id } of kept) workspaces.push(await workspaceOf(id));
      return workspaces.every(({ status }) => status === "running") && daytona.registry.all.length === WORKSPACES;
    }, `each has its one sandbox: ${daytona.registry.all.length} sandboxes`);
    const sandboxes = daytona.registry.all.map(({ sandbox }) => sandbox.id);
    expect(workspaces.map(({ daytonaSandboxId }) => daytonaSandboxId).toSorted()).toEqual(sandboxes.toSorted());
  });
});

interface Project {
  id: string;
  name: string;
}

async function projects(): Promise<Project[]> {
  return (await api().call<{ items: Project[] }>("GET", "/projects?limit=200")).items;
}

/** Asks for all projects that are not there; the server may be gone at any moment. */
async function makeMissing(names: string[]): Promise<void> {
  const there = await projects().catch(() => []);
  const missing = names.filter((name) => there.every((project) => project.name !== name));
  await Promise.allSettled(missing.map((name) => api().call("POST", "/projects", { name, language: "typescript" })));
}

async function everythingRuns(): Promise<void> {
  await eventually(async () => {
    const there = await projects().catch(() => null);
    if (there === null) return true;
    const states = await Promise.all(there.map(({ id }) => workspaceOf(id).catch(() => null)));
    return states.every((state) => state === null || state.status === "running");
  }, "every workspace runs");
}

/** The project was stored and its workspace was not, when the server was killed between the two. */
async function workspaceOf(projectId: string): Promise<WorkspaceState> {
  try {
    return await api().call<WorkspaceState>("GET", `/workspace/project/${projectId}`);
  } catch (error) {
    if (!(error instanceof Error && error.message.includes("workspace_not_found"))) throw error;
    return await api().call<WorkspaceState>("POST", "/workspace/create", { projectId });
  }
}
