import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Api, type WorkspaceState } from "../../demo/api";
import { type DaytonaServer, startDaytonaServer } from "../daytona-server/server";
import { startVaporform, type Vaporform } from "../support/vaporform";

/** WORKSPACE_KILLS_SEED makes the same choices again. */
const seed = Number(process.env.WORKSPACE_KILLS_SEED ?? Date.now() % 2 ** 31);

/** How many come to be before each kill, which meets one of them. */
const ROUNDS = [31, 6, 6, 6, 6];
const WORKSPACES = 50;
/** Beyond them: deleted while they come to be. */
const TOTAL = ROUNDS.reduce((sum, count) => sum + count, 0);

/** Where the server is with a sandbox when it is killed. */
const MOMENTS = [
  /** Daytona is asked for it, and has done nothing yet. */
  "asked",
  /** It is there; nobody has been told. */
  "made",
  /** The answer is out; its id is not stored. */
  "answered",
  /** The files are on their way. */
  "sending",
  /** They are being put in place. */
  "unpacking",
] as const;

type Moment = (typeof MOMENTS)[number];

let scratch: string;
let daytona: DaytonaServer;
let server: Vaporform;
/** Called at each moment of each sandbox; what it gives is waited for. */
let onMoment: (moment: Moment) => Promise<void> = async () => undefined;

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
    // Long enough for a file to be in the project before its sandbox has started.
    timing: { createMs: 300, startMs: 0, stopMs: 0, deleteMs: 0 },
    onRequest: async (req, res) => {
      await noteRequest(req, res);
      return false;
    },
  });
  daytona.registry.events.on("created", () => void onMoment("made"));
  server = await start();
}, 200_000);

afterAll(async () => {
  await server.stop();
  await daytona.close();
  await rm(scratch, { recursive: true, force: true });
});

async function noteRequest({ method, url = "" }: IncomingMessage, res: ServerResponse): Promise<void> {
  if (method !== "POST") return;
  if (url === "/api/sandbox") {
    res.once("finish", () => void onMoment("answered"));
    await onMoment("asked");
  }
  // Held until the server is dead: only a part of the files has come.
  if (url.endsWith("/files/bulk-upload")) await onMoment("sending");
  // Goes on meanwhile.
  if (url.endsWith("/process/execute")) void onMoment("unpacking");
}

/** Kills the server when so many of the sandboxes to come have reached the moment. */
function killAt(moment: Moment, count: number): Promise<void> {
  const victim = server;
  let left = count;
  return new Promise((resolve, reject) => {
    onMoment = async (reached) => {
      if (reached !== moment || --left !== 0) return;
      await victim.kill().then(resolve, reject);
    };
  });
}

async function eventually(condition: () => Promise<boolean>, what: () => string): Promise<void> {
  const deadline = Date.now() + 240_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it never came true that ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

describe("a server that is killed at random while workspaces come to be", () => {
  it("has each running with one sandbox after its restart, and none left over", { timeout: 900_000 }, async () => {
    const [kills = []] = fc.sample(
      fc
        .shuffledSubarray([...MOMENTS], { minLength: MOMENTS.length })
        .chain((moments) =>
          fc
            .tuple(...ROUNDS.map((max) => fc.integer({ min: 1, max })))
            .map((counts) => moments.map((at, i) => [at, counts[i] ?? 1] as const)),
        ),
      { numRuns: 1, seed },
    );
    console.log(`kills at ${kills.map((kill) => kill.join(" ")).join(", ")}: WORKSPACE_KILLS_SEED=${seed}`);
    const names = Array.from({ length: TOTAL }, (_, index) => `victim ${index}`);
    for (const [round, [moment, count]] of kills.entries()) {
      const killed = killAt(moment, count);
      const asked = ROUNDS.slice(0, round + 1).reduce((sum, more) => sum + more, 0);
      // Whatever the last server did not get to is asked for again, and so is what it did not answer.
      const making = makeMissing(names.slice(0, asked));
      await killed;
      onMoment = async () => undefined;
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
    await eventually(
      async () => {
        workspaces.length = 0;
        for (const { id } of kept) workspaces.push(await workspaceOf(id));
        return workspaces.every(({ status }) => status === "running") && daytona.registry.all.length === WORKSPACES;
      },
      () => `each runs and has its one sandbox: there are ${daytona.registry.all.length}`,
    );
    const sandboxes = daytona.registry.all.map(({ sandbox }) => sandbox.id);
    expect(workspaces.map(({ daytonaSandboxId }) => daytonaSandboxId).toSorted()).toEqual(sandboxes.toSorted());
    const empty = daytona.registry.all.filter(
      ({ folder }) => !existsSync(path.join(folder, ".vaporform/manifest.json")),
    );
    expect(empty).toEqual([]);
  });
});

interface Project {
  id: string;
  name: string;
}

async function projects(): Promise<Project[]> {
  return (await api().call<{ items: Project[] }>("GET", "/projects?limit=200")).items;
}

/** Asks for all projects that are not there, each with a file; the server may be gone at any moment. */
async function makeMissing(names: string[]): Promise<void> {
  const there = await projects().catch(() => []);
  const missing = names.filter((name) => there.every((project) => project.name !== name));
  await Promise.allSettled(
    missing.map(async (name) => {
      const { id: projectId } = await api().call<Project>("POST", "/projects", { name, language: "typescript" });
      await api().call("POST", "/vfs/files", { projectId, path: "a.txt", content: name.repeat(5_000) });
    }),
  );
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
