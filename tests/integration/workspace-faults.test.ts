import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { db } from "../../database";
import { sandboxName } from "../../workspace/workspace";
import { listEvents } from "../../workspace/workspace-events";
import type { WorkItem } from "../../workspace/workspace-store";
import { type Step, World } from "../workspace-model/world";

let world: World;

beforeEach(async () => {
  world = await World.begin();
});

afterEach(async () => {
  await world.end();
});

async function having(...steps: Step[]): Promise<WorkItem> {
  for (const step of steps) await world.run(step);
  const item = await world.workspace();
  if (item === null) throw new Error("there is no workspace");
  return item;
}

const create: Step = { do: "create" };
const deliver: Step = { do: "deliver" };
const tick = (seconds: number): Step => ({ do: "tick", seconds });
const fault = (call: "find" | "create" | "start" | "stop" | "delete", kind: string): Step =>
  ({ do: "fault", call, fault: kind }) as Step;

/** Seconds until the next attempt. */
async function pause({ id }: WorkItem): Promise<number> {
  const row = await db.queryRow<{ seconds: number }>`
    SELECT extract(epoch FROM next_attempt_at - now())::float8 AS seconds FROM workspaces WHERE id = ${id}::uuid`;
  return row?.seconds ?? Number.NaN;
}

const messages = async ({ id }: WorkItem) =>
  (await listEvents(id, { after: 0, limit: 100 })).map(({ message }) => message);

describe("bringing a workspace up", () => {
  it("does the same for a message that comes twice, and for two at once", async () => {
    expect(await having(create, { do: "deliver twice" }, deliver)).toMatchObject({ status: "running" });
    expect(world.provider.living).toHaveLength(1);
  });

  it("adopts a sandbox whose create was answered to nobody", async () => {
    const item = await having(create, fault("create", "answer lost"), deliver);
    expect(item).toMatchObject({ status: "running", daytonaSandboxId: world.provider.living[0]?.id });
    expect(world.provider.living).toHaveLength(1);
  });

  it("adopts a sandbox whose worker was killed before it stored the id", async () => {
    const point = { call: "create", occurrence: 1, side: "behind" } as const;
    expect(await having(create, { do: "die at", point })).toMatchObject({ status: "starting", daytonaSandboxId: null });
    expect(await having(deliver)).toMatchObject({ status: "starting" });
    expect(await having(tick(11), deliver)).toMatchObject({ status: "running" });
    expect(world.provider.living).toHaveLength(1);
  });

  it("never takes a sandbox that has its name and other labels", async () => {
    const { id } = await having(create);
    world.provider.occupy(sandboxName({ id, generation: 1 }));
    expect(await having(deliver)).toMatchObject({
      status: "error",
      errorReason: "daytona_name_taken",
      daytonaSandboxId: null,
    });
    expect(world.provider.living[0]?.labels).toEqual({ owner: "somebody else" });
  });

  it("waits as long as Daytona asks for after a 429, with the cause to be seen", async () => {
    const item = await having(create, fault("create", "rate limited"), deliver);
    expect(item).toMatchObject({ status: "starting", statusReason: "Daytona: Too Many Requests" });
    expect(await pause(item)).toBeGreaterThan(25);
    expect(await pause(item)).toBeLessThanOrEqual(30);
    expect(await having(tick(20), deliver)).toMatchObject({ status: "starting" });
    expect(await having(tick(11), deliver)).toMatchObject({ status: "running" });
  });

  it("pauses longer after each failure that may pass, and never for long", async () => {
    const pauses: number[] = [];
    await having(create);
    for (let attempt = 0; attempt < 9; attempt++) {
      pauses.push(await pause(await having(fault("create", "unavailable"), tick(61), deliver)));
    }
    expect(pauses[0]).toBeLessThanOrEqual(1);
    expect(pauses[5]).toBeGreaterThan(10);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(60);
    expect(await having(tick(61), deliver)).toMatchObject({ status: "running" });
  });

  it("does not come back at the same moment as others that failed at the same moment", async () => {
    const random = vi.spyOn(Math, "random").mockReturnValue(0);
    const soonest = await pause(await having(create, fault("create", "unavailable"), deliver));
    await world.end();
    world = await World.begin();
    random.mockReturnValue(0.999);
    const latest = await pause(await having(create, fault("create", "unavailable"), deliver));
    random.mockRestore();
    expect(latest - soonest).toBeGreaterThan(0.3);
  });

  it("gives up when its time is over, with the last cause", async () => {
    const item = await having(
      create,
      fault("create", "unavailable"),
      deliver,
      tick(3_000),
      fault("find", "unavailable"),
      deliver,
    );
    expect(item).toMatchObject({ status: "error", errorReason: "daytona_unavailable" });
    expect(item.statusReason).toMatch(/not ready within 35 minutes; the last cause: Daytona: socket hang up/);
  });

  it.each([
    ["unauthorized", "daytona_unauthorized"],
    ["quota exceeded", "daytona_quota_exceeded"],
  ])("ends at once when Daytona answers %s, and goes on when the user tries again", async (kind, reason) => {
    const item = await having(create, fault("create", kind), deliver);
    expect(item).toMatchObject({ status: "error", errorReason: reason, due: false, errorHint: expect.any(String) });
    expect(await having(tick(3_000), deliver)).toMatchObject({ status: "error" });
    expect(await having({ do: "start" }, deliver)).toMatchObject({ status: "running", errorReason: null });
  });

  it("stays in starting while the sandbox takes its time", async () => {
    const item = await having(create, fault("create", "slow"), deliver);
    expect(item).toMatchObject({ status: "starting", statusReason: "the sandbox is creating" });
    expect(await having(tick(11), deliver)).toMatchObject({ status: "running" });
    expect(world.provider.living).toHaveLength(1);
  });

  it("gives a failed sandbox up for one more, under another name", async () => {
    const item = await having(create, fault("create", "broken"), deliver);
    expect(item).toMatchObject({ status: "running", sandboxGeneration: 2 });
    expect(world.provider.living).toMatchObject([{ name: sandboxName({ id: item.id, generation: 2 }) }]);
    expect(await messages(item)).toContainEqual(
      expect.stringContaining("failed and was given up: Daytona: out of disk"),
    );
  });

  it("ends with Daytona's own reason when the second one fails as well", async () => {
    const item = await having(create, fault("create", "broken"), fault("create", "broken"), deliver);
    expect(item).toMatchObject({
      status: "error",
      errorReason: "daytona_sandbox_failed",
      statusReason: "Daytona: out of disk",
    });
    expect(await having({ do: "start" }, deliver)).toMatchObject({ status: "running" });
    expect(world.provider.living).toHaveLength(1);
  });

  it("does not forget a stop that is asked for while its last step is written", async () => {
    const point = { call: "write", occurrence: 2, side: "before" } as const;
    expect(await having(create, { do: "freeze at", point }, { do: "stop" })).toMatchObject({ status: "starting" });
    expect(await having({ do: "thaw" }, deliver)).toMatchObject({ status: "stopped", wanted: "stopped" });
    expect(world.provider.living).toMatchObject([{ state: "stopped" }]);
  });

  it("tries again when the files cannot be read", async () => {
    expect(await having(create, { do: "files fail" }, deliver)).toMatchObject({ status: "starting" });
    expect(await having(tick(11), deliver)).toMatchObject({ status: "running" });
  });
});

describe("a workspace that runs", () => {
  const running = [create, deliver] as const;

  it("says that its sandbox is gone, and gets another one when it is started", async () => {
    const item = await having(...running, { do: "interfere", state: "gone" }, { do: "survey" });
    expect(item).toMatchObject({ status: "error", errorReason: "daytona_sandbox_missing", daytonaSandboxId: null });
    expect(await having({ do: "start" }, deliver)).toMatchObject({ status: "running" });
  });

  it("is stopped when Daytona stopped the sandbox, and is not started again by itself", async () => {
    const item = await having(
      ...running,
      { do: "interfere", state: "stopped" },
      { do: "survey" },
      tick(3_000),
      deliver,
    );
    expect(item).toMatchObject({ status: "stopped", wanted: "stopped" });
    expect(await having({ do: "start" }, deliver)).toMatchObject({ status: "running" });
  });

  it("shows the reason when the sandbox fails in Daytona", async () => {
    const item = await having(...running, { do: "interfere", state: "error" }, { do: "survey" });
    expect(item).toMatchObject({
      status: "error",
      errorReason: "daytona_sandbox_failed",
      statusReason: "Daytona: out of disk",
    });
  });

  it("is restarted: the sandbox stops and starts, and is the same", async () => {
    const before = await having(...running);
    const item = await having({ do: "restart" }, deliver);
    expect(item).toMatchObject({ status: "running", daytonaSandboxId: before.daytonaSandboxId, restartDue: false });
    expect(await messages(item)).toContain("the sandbox was stopped for a restart");
  });

  it("is stopped from an error as well", async () => {
    const item = await having(create, fault("create", "unauthorized"), deliver, { do: "stop" }, deliver);
    expect(item).toMatchObject({ status: "stopped", daytonaSandboxId: null });
  });
});

describe("a deletion", () => {
  const gone = async (...steps: Step[]) => {
    for (const step of steps) await world.run(step);
    return { workspace: await world.workspace(), sandboxes: world.provider.living.length };
  };

  it("of a workspace that is being brought up takes the sandbox along", async () => {
    const point = { call: "create", occurrence: 1, side: "behind" } as const;
    const left = await gone(create, { do: "freeze at", point }, { do: "delete" }, { do: "thaw" });
    expect(left).toEqual({ workspace: null, sandboxes: 0 });
  });

  it("outruns a create that comes to an end later: that sandbox is removed by who made it", async () => {
    const point = { call: "create", occurrence: 1, side: "before" } as const;
    const left = await gone(create, { do: "freeze at", point }, { do: "delete" }, tick(11), deliver, { do: "thaw" });
    expect(left).toEqual({ workspace: null, sandboxes: 0 });
  });

  it("leaves a sandbox to the survey when who made it is dead, which removes it after the grace time", async () => {
    const point = { call: "create", occurrence: 1, side: "before" } as const;
    const steps: Step[] = [
      create,
      { do: "freeze at", point },
      { do: "delete" },
      tick(11),
      deliver,
      { do: "thaw to die" },
    ];
    expect(await gone(...steps, { do: "survey" })).toEqual({ workspace: null, sandboxes: 1 });
    expect(await gone(tick(1_000), { do: "survey" })).toEqual({ workspace: null, sandboxes: 0 });
  });

  it("is asked for again while Daytona refuses because the sandbox changes its state", async () => {
    const item = await having(create, fault("create", "slow"), deliver, { do: "delete" }, deliver);
    expect(item).toMatchObject({ status: "deleting", statusReason: "Daytona: Sandbox state change in progress" });
    expect(await gone(tick(70), deliver)).toEqual({ workspace: null, sandboxes: 0 });
  });

  it("is not given up whatever Daytona answers", async () => {
    const refused = await having(create, deliver, { do: "delete" }, fault("delete", "unauthorized"), deliver);
    // Rarely, since Daytona blocks addresses that keep sending a wrong key.
    expect(await pause(refused)).toBeGreaterThan(500);
    expect(await having(tick(4_000))).toMatchObject({ status: "deleting", overdue: true });
    expect(await gone(deliver)).toEqual({ workspace: null, sandboxes: 0 });
  });

  it("does not mind a sandbox that is gone already", async () => {
    expect(await gone(create, deliver, { do: "interfere", state: "gone" }, { do: "delete" }, deliver)).toEqual({
      workspace: null,
      sandboxes: 0,
    });
  });
});
