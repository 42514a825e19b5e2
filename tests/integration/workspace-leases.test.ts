import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { db } from "../../database";
import { insertProject } from "../../projects/project-store";
import { sweepWorkspaces } from "../../workspace/internal-api";
import { leasedRows, RENEW_EVERY_MS } from "../../workspace/leased-rows";
import { announce } from "../../workspace/lifecycle";
import { reconcile } from "../../workspace/reconcile";
import { commonLabels } from "../../workspace/sandbox-identity";
import type { Sandbox, SandboxRequest } from "../../workspace/sandboxes";
import { survey } from "../../workspace/survey";
import { workspaceDue } from "../../workspace/topics";
import { findWorkspace, insertWorkspace } from "../../workspace/workspace-store";
import { MemorySandboxes } from "../workspace-model/memory-sandboxes";

const IDENTITY = { environment: "leases", installation: randomUUID() };

/** A create takes as long as the test likes. */
class HeldSandboxes extends MemorySandboxes {
  creates = 0;
  release: () => void = () => undefined;
  readonly #held = new Promise<void>((resolve) => {
    this.release = resolve;
  });

  override async create(request: SandboxRequest): Promise<Sandbox> {
    this.creates += 1;
    const made = await super.create(request);
    await this.#held;
    return made;
  }
}

const portsWith = (sandboxes: MemorySandboxes) => ({
  sandboxes,
  rows: leasedRows,
  identity: IDENTITY,
  sendFiles: async () => undefined,
});

async function newWorkspace(): Promise<string> {
  const ownerId = randomUUID();
  const project = await insertProject({ ownerId, name: "leases", description: "", repository: null });
  const languages = { language: "typescript", projectLanguage: "typescript", unknownLanguage: null } as const;
  const workspace = await insertWorkspace(
    { projectId: project?.id ?? "", ...languages, framework: null, runPlan: null, mode: "daytona" },
    { limit: 10 },
  );
  return workspace?.id ?? "";
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const start = performance.now();
  while (!(await condition())) {
    if (performance.now() - start > 30_000) throw new Error(`it never came true that ${what}`);
    await setImmediate();
  }
}

/** A worker that waits for its create. */
async function atWork(id: string): Promise<{ sandboxes: HeldSandboxes; done: Promise<void> }> {
  const sandboxes = new HeldSandboxes();
  const done = reconcile(id, portsWith(sandboxes));
  await until(() => sandboxes.creates === 1, "it is created");
  return { sandboxes, done };
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a lease", () => {
  it("is renewed while Daytona takes its time, so that nobody else begins", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const id = await newWorkspace();
    const { sandboxes, done } = await atWork(id);
    for (let round = 0; round < 3; round++) {
      await db.exec`UPDATE workspaces SET lease_until = lease_until - interval '9 seconds' WHERE id = ${id}::uuid`;
      vi.advanceTimersByTime(RENEW_EVERY_MS);
      await until(async () => {
        const row = await db.queryRow<{ fresh: boolean }>`
          SELECT lease_until > now() + interval '5 seconds' AS fresh FROM workspaces WHERE id = ${id}::uuid`;
        return row?.fresh === true;
      }, "the lease is renewed");
    }
    await expect(reconcile(id, portsWith(sandboxes))).rejects.toThrow("another worker is on it");
    expect(await findWorkspace(id)).toMatchObject({ status: "starting" });
    sandboxes.release();
    await done;
    expect(await findWorkspace(id)).toMatchObject({ status: "running", due: false });
    expect(sandboxes.creates).toBe(1);
  });

  it.each([1, -1])("goes by the database's clock when the process's is wrong by %i hour", async (hours) => {
    const id = await newWorkspace();
    const { sandboxes, done } = await atWork(id);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + hours * 3_600_000 });
    await expect(reconcile(id, portsWith(sandboxes))).rejects.toThrow("another worker is on it");
    // The other way round: one that has run out is over for everybody.
    await db.exec`UPDATE workspaces SET lease_until = now() - interval '1 second' WHERE id = ${id}::uuid`;
    await reconcile(id, portsWith(sandboxes));
    expect(await findWorkspace(id)).toMatchObject({ status: "running" });
    sandboxes.release();
    await done;
    expect(sandboxes.living).toHaveLength(1);
  });
});

describe("the survey", () => {
  it.each([1, -1])("gives an orphan its grace by the database's clock, with one wrong by %i hour", async (hours) => {
    const sandboxes = new MemorySandboxes();
    const labels = { ...commonLabels(IDENTITY), "vaporform-workspace": randomUUID() };
    const { id } = await sandboxes.create({ name: "orphan", language: "python", labels });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + hours * 3_600_000 });
    expect(await survey({ sandboxes, identity: IDENTITY })).toMatchObject({ removed: [] });
    sandboxes.advance(16 * 60);
    expect(await survey({ sandboxes, identity: IDENTITY })).toMatchObject({ removed: [id] });
  });
});

describe("a message", () => {
  it("that cannot be sent is made up for by the sweep", async () => {
    const id = await newWorkspace();
    const publish = vi.spyOn(workspaceDue, "publish").mockRejectedValueOnce(new Error("there is no broker"));
    await announce(id);
    expect(publish).toHaveBeenCalledTimes(1);
    await sweepWorkspaces();
    expect(publish).toHaveBeenCalledWith({ workspaceId: id });
    expect(publish.mock.calls.length).toBeGreaterThan(1);
  });
});
