import { randomUUID } from "node:crypto";
import { SandboxState } from "@daytona/api-client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { db } from "../../database";
import { freePort } from "../../encore-local/src/postgres/free-port";
import { DomainError } from "../../platform/errors";
import { insertProject } from "../../projects/project-store";
import { writeBatch } from "../../vfs/batch";
import { connectToDaytona } from "../../workspace/daytona-sandboxes";
import { leasedRows } from "../../workspace/leased-rows";
import { noteObservation } from "../../workspace/observation";
import { reconcile } from "../../workspace/reconcile";
import { sendFiles } from "../../workspace/sandbox-files";
import type { Sandboxes } from "../../workspace/sandboxes";
import { wantDeleted, wantStopped } from "../../workspace/wanted";
import { findWorkspace, insertWorkspace, type WorkItem } from "../../workspace/workspace-store";
import type { Fault } from "../daytona-server/faults";
import { type DaytonaServer, startDaytonaServer } from "../daytona-server/server";

// Every fault on the way to Daytona, through the real SDK, over real connections, with the real workers and tables.

/** Short, so that what is never answered is given up soon; on a busy machine another call may be as well, and is tried again. */
const deadlines = { requestMs: 800, createSeconds: 0.8, lifecycleSeconds: 0.8, transferSeconds: 0.8 };

let server: DaytonaServer;
let sandboxes: Sandboxes;

beforeAll(async () => {
  server = await startDaytonaServer({ key: "key-for-tests" });
  sandboxes = await connectToDaytona({ apiKey: server.key, apiUrl: server.url, deadlines });
});

afterEach(() => {
  server.faults.clear();
});

afterAll(async () => {
  await sandboxes.close();
  await server.close();
});

async function newWorkspace(): Promise<string> {
  const ownerId = randomUUID();
  const project = await insertProject({ ownerId, name: "faults", description: "", repository: null });
  const projectId = project?.id ?? "";
  await writeBatch(projectId, [{ kind: "file", path: "src/a.txt", content: Buffer.from("a\n"), executable: false }]);
  const languages = { language: "typescript", projectLanguage: "typescript", unknownLanguage: null } as const;
  const workspace = await insertWorkspace(
    { projectId, ...languages, framework: null, runPlan: null, mode: "daytona" },
    { limit: 10 },
  );
  return workspace?.id ?? "";
}

/** One message; a handler that throws is one whose message comes again. Gives the row as it is then. */
async function deliver(id: string, provider: Sandboxes = sandboxes): Promise<WorkItem | null> {
  const ports = {
    sandboxes: provider,
    rows: leasedRows,
    identity: { environment: "faults", installation: id },
    sendFiles: ({ projectId }: WorkItem, sandboxId: string) =>
      sendFiles({ projectId, toolbox: provider.toolbox(sandboxId), unpackSeconds: 1 }),
  };
  await reconcile(id, ports).catch((error: Error) => {
    if (error.name !== "NotYet" && !(error instanceof DomainError)) throw error;
  });
  return await findWorkspace(id);
}

/** Messages until there is nothing more to do; the pauses between them are over at once. */
async function untilSettled(id: string): Promise<WorkItem | null> {
  for (let attempt = 0; attempt < 30; attempt++) {
    await db.exec`UPDATE workspaces SET next_attempt_at = now() WHERE id = ${id}::uuid AND next_attempt_at > now()`;
    const item = await deliver(id);
    if (item === null || !item.due) return item;
  }
  throw new Error("it does not settle");
}

const sandboxesOf = (id: string) =>
  server.registry.all.filter(({ sandbox }) => sandbox.labels["vaporform-workspace"] === id);

const FAULTS: [string, Fault][] = [
  ["500", { kind: "status", status: 500 }],
  ["500 behind the effect", { kind: "status", status: 500, effect: true }],
  ["502", { kind: "status", status: 502 }],
  ["503", { kind: "status", status: 503 }],
  ["504", { kind: "status", status: 504, effect: true }],
  ["a reset before the effect", { kind: "reset" }],
  ["a reset behind the effect", { kind: "reset", effect: true }],
  ["a connection that is half open", { kind: "silence" }],
  ["an answer that is lost", { kind: "silence", effect: true }],
  ["an answer that breaks off", { kind: "torn" }],
];

describe("bringing a workspace up", () => {
  const calls = ["POST /api/sandbox", "POST /toolbox/:id/files/bulk-upload", "POST /toolbox/:id/process/execute"];

  it.each(calls.flatMap((call) => FAULTS.map(([name, fault]) => [call, name, fault] as const)))(
    "survives, at %s, %s",
    async (call, _name, fault) => {
      const id = await newWorkspace();
      server.faults.add(call, fault);
      const item = await deliver(id);
      // Nothing is lost to it: either it was seen through at once, or it waits for the next attempt and says why.
      expect(["starting", "running"]).toContain(item?.status);
      expect(item?.due).toBe(item?.status === "starting");
      if (item?.status === "starting") expect(item.statusReason).toMatch(/Daytona: .+|the sandbox is /);
      expect(await untilSettled(id)).toMatchObject({ status: "running", errorReason: null });
      expect(server.faults.left).toEqual({});
      expect(sandboxesOf(id)).toHaveLength(1);
      const { exitCode, output } = await sandboxes
        .toolbox(sandboxesOf(id)[0]?.sandbox.id ?? "")
        .exec({ command: "cat project/src/a.txt", timeoutSeconds: 10 });
      expect([exitCode, output]).toEqual([0, "a\n"]);
    },
  );

  it.each(FAULTS)("survives, while the SDK waits for the sandbox to start, %s", async (_name, fault) => {
    const id = await newWorkspace();
    server.faults.add("GET /api/sandbox/:id", fault);
    await deliver(id);
    expect(await untilSettled(id)).toMatchObject({ status: "running" });
    expect(sandboxesOf(id)).toHaveLength(1);
  });

  it.each(FAULTS)("survives, when it looks for a sandbox by its name, %s", async (_name, fault) => {
    const id = await newWorkspace();
    server.faults.add("POST /api/sandbox", { kind: "status", status: 503, effect: true });
    server.faults.add("GET /api/sandbox/:id", fault);
    await deliver(id);
    expect(await untilSettled(id)).toMatchObject({ status: "running" });
    expect(server.faults.left).toEqual({});
    expect(sandboxesOf(id)).toHaveLength(1);
  });

  it("waits while nobody listens at the address, and says so", async () => {
    const id = await newWorkspace();
    const apiUrl = `http://127.0.0.1:${await freePort()}/api`;
    const nobody = await connectToDaytona({ apiKey: server.key, apiUrl, deadlines });
    try {
      expect(await deliver(id, nobody)).toMatchObject({
        status: "starting",
        due: true,
        statusReason: expect.stringContaining("ECONNREFUSED"),
      });
    } finally {
      await nobody.close();
    }
    expect(await untilSettled(id)).toMatchObject({ status: "running" });
  });

  it("does not take a web page with status 200 for success, at any call", async () => {
    for (const call of ["POST /api/sandbox", "GET /api/sandbox/:id", ...calls.slice(1)]) {
      const id = await newWorkspace();
      server.faults.add(call, { kind: "html" });
      expect(await untilSettled(id)).toMatchObject({ status: "error", errorReason: "daytona_wrong_url" });
    }
  });

  it("takes no language that Daytona has not, and does not ask again", async () => {
    const made = sandboxes.create({ name: randomUUID(), language: "cobol" as "python", labels: {} });
    await expect(made).rejects.toMatchObject({ reason: "daytona_rejected", retryable: false });
  });

  it("ends with an error once a sandbox was creating for too long, and is deleted all the same", async () => {
    const id = await newWorkspace();
    server.registry.timing = { createMs: 3_600_000, startMs: 0, stopMs: 0, deleteMs: 0 };
    try {
      expect(await deliver(id)).toMatchObject({ status: "starting", statusReason: "the sandbox is creating" });
    } finally {
      server.registry.timing = { createMs: 0, startMs: 0, stopMs: 0, deleteMs: 0 };
    }
    await db.exec`UPDATE workspaces SET deadline_at = now() - interval '1 second' WHERE id = ${id}::uuid`;
    expect(await untilSettled(id)).toMatchObject({
      status: "error",
      errorReason: "daytona_timeout",
      statusReason: "it was not ready within 35 minutes; the last cause: the sandbox is creating",
    });
    await wantDeleted(id, "for a test");
    expect(await deliver(id)).toMatchObject({
      status: "deleting",
      statusReason: "Daytona: Sandbox state change in progress",
    });
    for (const record of sandboxesOf(id)) server.registry.setState(record, SandboxState.STARTED);
    expect(await untilSettled(id)).toBeNull();
    expect(sandboxesOf(id)).toEqual([]);
  });
});

describe("a sandbox that is on its way out", () => {
  it.each([SandboxState.DESTROYING, SandboxState.DESTROYED])("counts as gone when Daytona says %s", async (state) => {
    const id = await newWorkspace();
    const item = await untilSettled(id);
    const [record] = sandboxesOf(id);
    if (item === null || record === undefined) throw new Error("it does not run");
    server.registry.setState(record, state);
    expect(await noteObservation(item, await sandboxes.find(record.sandbox.id))).toMatchObject({
      status: "error",
      errorReason: "daytona_sandbox_missing",
    });
  });
});

describe("a stop", () => {
  it.each(FAULTS)("survives %s", async (_name, fault) => {
    const id = await newWorkspace();
    await untilSettled(id);
    await wantStopped(id);
    server.faults.add("POST /api/sandbox/:id/stop", fault);
    await deliver(id);
    expect(await untilSettled(id)).toMatchObject({ status: "stopped" });
    expect(sandboxesOf(id)[0]?.sandbox.state).toBe(SandboxState.STOPPED);
  });
});

describe("a deletion", () => {
  const busy: [string, Fault] = ["409", { kind: "status", status: 409, message: "Sandbox state change in progress" }];
  const gone: [string, Fault] = ["404", { kind: "status", status: 404, message: "Sandbox not found", effect: true }];

  it.each([...FAULTS, busy, gone])("survives %s", async (_name, fault) => {
    const id = await newWorkspace();
    await untilSettled(id);
    await wantDeleted(id, "for a test");
    server.faults.add("DELETE /api/sandbox/:id", fault);
    await deliver(id);
    expect(await untilSettled(id)).toBeNull();
    expect(sandboxesOf(id)).toEqual([]);
  });
});
