import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Api } from "../../demo/api";
import type { DaytonaServer } from "../../tests/daytona-server/server";
import { startVaporform } from "../../tests/support/vaporform";
import { median, type Report } from "../report";
import { withDaytona } from "./daytona";

const WORKSPACES = Number(process.env.BENCH_WORKSPACES ?? 100);
/** How long the Daytona server takes for each sandbox; a real one takes about as long or longer. */
const CREATE_MS = Number(process.env.BENCH_CREATE_MS ?? 3_000);
/** Measured one after another; the first is told by itself, since V8 has not compiled all of the code by then. */
const ROUNDS = 6;
const AT_ONCE = { createMs: 0, startMs: 0, stopMs: 0, deleteMs: 0 };

/** Makes so many sandboxes at once; ends when whoever asked has what it asked for. */
type Maker = (name: string) => Promise<void>;

/** Seconds from the first request. */
interface Times {
  /** Until Daytona had them all started. */
  started: number;
  /** Until whoever asked knew, and the files were in. */
  done: number;
}

/**
 * Many workspaces at once against as many bare `create`s of the SDK: until all sandboxes have started, which is all that the SDK
 * does, and until all workspaces are running with their files. Both in a process of their own, which has done as much once before
 * the first round.
 */
export async function provisioning(): Promise<Report> {
  const bare = await withDaytona({}, async (daytona) => await withBareSdk(daytona, (maker) => measure(daytona, maker)));
  const ours = await withDaytona({}, async (daytona) => await withBackend(daytona, (maker) => measure(daytona, maker)));
  const first = ours.first.started / bare.first.started;
  const overheadOverSdk = ours.later.started / bare.later.started;
  const runningOverSdk = ours.later.done / bare.later.done;
  return {
    lines: [
      `${WORKSPACES} workspaces at once, each sandbox ${CREATE_MS / 1000} s in the making: ${ours.later.started.toFixed(2)} s until ` +
        `all sandboxes have started, ${bare.later.started.toFixed(2)} s with the SDK's bare create: ${overheadOverSdk.toFixed(3)} ` +
        `(medians of ${ROUNDS - 1}; the first time ${first.toFixed(3)}); ${ours.later.done.toFixed(2)} s until all workspaces run ` +
        `with their files, ${bare.later.done.toFixed(2)} s until all of the SDK's calls have returned: ${runningOverSdk.toFixed(3)}`,
    ],
    ratios: { overheadOverSdk, overheadAtFirst: first, runningOverSdk },
  };
}

/** The first round, and of those after it the median. */
interface Rounds {
  first: Times;
  later: Times;
}

async function measure({ registry }: DaytonaServer, make: Maker): Promise<Rounds> {
  await make("before");
  registry.timing = { ...AT_ONCE, createMs: CREATE_MS };
  const first = await measureOnce(registry, () => make("first"));
  const later: Times[] = [];
  while (later.length < ROUNDS - 1) later.push(await measureOnce(registry, () => make(`later ${later.length}`)));
  return {
    first,
    later: { started: median(later.map(({ started }) => started)), done: median(later.map(({ done }) => done)) },
  };
}

async function measureOnce({ events }: DaytonaServer["registry"], make: () => Promise<void>): Promise<Times> {
  const from = performance.now();
  let startedAt = from;
  const note = (_record: unknown, _old: unknown, state: string) => {
    if (state === "started") startedAt = performance.now();
  };
  events.on("state", note);
  await make();
  events.off("state", note);
  return { started: (startedAt - from) / 1000, done: (performance.now() - from) / 1000 };
}

async function withBareSdk<T>({ url, key }: DaytonaServer, work: (maker: Maker) => Promise<T>): Promise<T> {
  const file = fileURLToPath(new URL("bare-creates.ts", import.meta.url));
  const child = fork(file, [url, key], { execArgv: ["--import", "tsx"] });
  try {
    return await work(async (prefix) => {
      child.send({ count: WORKSPACES, prefix });
      const [answer] = await Promise.race([once(child, "message"), once(child, "exit")]);
      if (answer !== "done") throw new Error("the SDK's creates failed");
    });
  } finally {
    child.kill();
  }
}

async function withBackend<T>({ url, key }: DaytonaServer, work: (maker: Maker) => Promise<T>): Promise<T> {
  const server = await startVaporform({
    secrets: { DaytonaAPIKey: key, DaytonaAPIURL: url },
    env: { VAPORFORM_WORKSPACES_PER_USER: String((ROUNDS + 1) * WORKSPACES) },
  });
  try {
    const api = new Api(server.url, "dev:bench");
    return await work(async (prefix) => {
      const names = Array.from({ length: WORKSPACES }, (_, i) => `${prefix} ${i}`);
      const projects = await Promise.all(
        names.map((name) => api.call<{ id: string }>("POST", "/projects", { name, language: "typescript" })),
      );
      // One after another: a hundred that ask at once would be the load that is measured.
      for (const { id } of projects) await api.settledWorkspace(id, 300_000);
    });
  } finally {
    await server.stop();
  }
}
