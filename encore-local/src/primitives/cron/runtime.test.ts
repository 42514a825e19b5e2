import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RuntimeConfig } from "../../runtime/config";
import type { RuntimeHost } from "../../runtime/host";
import type { CronJob } from "./parse";
import { createCronJobs } from "./runtime";
import { nextRun, scheduleFault } from "./schedule";

const MINUTE = 60_000;

function job(name: string, schedule: CronJob["schedule"]): CronJob {
  return {
    name,
    title: name,
    schedule,
    endpoint: { service: "svc", name },
    location: { file: "a.ts", line: 1, column: 1 },
  };
}

function hostWith(jobs: CronJob[], cron = true): { host: Pick<RuntimeHost, "config" | "logger">; logged: string[] } {
  const logged: string[] = [];
  const logger = { log: (...[, , message]: [unknown, unknown, string]) => void logged.push(message) };
  const config = { cron, model: { cronJobs: jobs } } as RuntimeConfig;
  return { host: { config, logger: logger as unknown as RuntimeHost["logger"] }, logged };
}

describe("nextRun", () => {
  it.each([
    [{ kind: "every", minutes: 5 }, "2026-01-01T00:00:00Z", "2026-01-01T00:05:00Z"],
    [{ kind: "every", minutes: 5 }, "2026-01-01T00:04:59.999Z", "2026-01-01T00:05:00Z"],
    [{ kind: "every", minutes: 7 * 60 }, "2026-01-01T22:00:00Z", "2026-01-02T00:00:00Z"],
    [{ kind: "cron", expression: "30 4 1 * *" }, "2026-01-01T04:30:00Z", "2026-02-01T04:30:00Z"],
    [{ kind: "cron", expression: "0 12 * * 1-5" }, "2026-01-02T13:00:00Z", "2026-01-05T12:00:00Z"],
  ] satisfies [CronJob["schedule"], string, string][])("of %j after %s is %s", (schedule, now, expected) => {
    expect(nextRun(schedule, new Date(now))).toEqual(new Date(expected));
  });
});

describe("scheduleFault", () => {
  it.each([
    ["* * * *", "exactly 5 fields"],
    ["61 * * * *", "61"],
    ["x * * * *", "x"],
  ])("of %j names what is wrong", (expression, part) => {
    expect(scheduleFault(expression)).toContain(part);
  });

  it("of a schedule is undefined", () => {
    expect(scheduleFault("*/5 0-12 * JAN MON")).toBeUndefined();
  });
});

describe("cron jobs", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date("2026-01-01T00:00:30Z") });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("run when they are due, again and again, until they are drained", async () => {
    const ran: string[] = [];
    const { host } = hostWith([
      job("often", { kind: "every", minutes: 1 }),
      job("rarely", { kind: "cron", expression: "3 * * * *" }),
    ]);
    const jobs = createCronJobs(host, async ({ endpoint }) => void ran.push(endpoint.name));
    jobs.start();
    await vi.advanceTimersByTimeAsync(3 * MINUTE);
    expect(ran.toSorted()).toEqual(["often", "often", "often", "rarely"]);
    await jobs.drain();
    await vi.advanceTimersByTimeAsync(10 * MINUTE);
    expect(ran).toHaveLength(4);
  });

  it("are off unless they are asked for", async () => {
    const ran: string[] = [];
    const { host } = hostWith([job("often", { kind: "every", minutes: 1 })], false);
    createCronJobs(host, async ({ endpoint }) => void ran.push(endpoint.name)).start();
    await vi.advanceTimersByTimeAsync(3 * MINUTE);
    expect(ran).toEqual([]);
  });

  it("go on after a failure, which is logged", async () => {
    let runs = 0;
    const { host, logged } = hostWith([job("often", { kind: "every", minutes: 1 })]);
    createCronJobs(host, async () => {
      runs++;
      throw new Error("broken");
    }).start();
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    expect(runs).toBe(2);
    expect(logged).toEqual(["cron job failed", "cron job failed"]);
  });

  it("do not overlap themselves, and are waited for at the end", async () => {
    let finish = (): void => {};
    let runs = 0;
    const { host, logged } = hostWith([job("slow", { kind: "every", minutes: 1 })]);
    const jobs = createCronJobs(host, () => {
      runs++;
      return new Promise((resolve) => {
        finish = resolve;
      });
    });
    jobs.start();
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    expect(runs).toBe(1);
    expect(logged).toEqual(["cron job left out: it still runs"]);
    let drained = false;
    const draining = jobs.drain().then(() => {
      drained = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(drained).toBe(false);
    finish();
    await draining;
    expect(drained).toBe(true);
  });

  it("that are due in months run then, and not before", async () => {
    const ran: string[] = [];
    const { host } = hostWith([job("yearly", { kind: "cron", expression: "0 0 1 7 *" })]);
    createCronJobs(host, async ({ endpoint }) => void ran.push(endpoint.name)).start();
    await vi.advanceTimersByTimeAsync(180 * 24 * 60 * MINUTE);
    expect(ran).toEqual([]);
    await vi.advanceTimersByTimeAsync(2 * 24 * 60 * MINUTE);
    expect(ran).toEqual(["yearly"]);
  });
});
