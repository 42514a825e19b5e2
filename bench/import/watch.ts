import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const SAMPLE_MS = 50;
const PROBE_PAUSE_MS = 5;

/** The Node processes below a process, itself included: PostgreSQL's memory is another matter. */
export async function nodeProcesses(pid: number): Promise<number[]> {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid=,comm="]);
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  const found = new Set([pid]);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const [child, parent, name] of rows)
      if (found.has(Number(parent)) && /node|MainThread/.test(name ?? "")) found.add(Number(child));
  }
  return [...found];
}

/** What the processes have in memory together. */
export async function residentMb(pids: readonly number[]): Promise<number> {
  let kib = 0;
  if (existsSync("/proc/self/status")) {
    for (const pid of pids) {
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
      kib += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
    }
  } else {
    const { stdout } = await run("ps", ["-o", "rss=", "-p", pids.join(",")]);
    kib = stdout.split("\n").reduce((sum, line) => sum + Number(line), 0);
  }
  return kib / 1024;
}

/** Takes one step after the other until the work has ended; throws what the work throws. */
async function meanwhile(work: () => Promise<unknown>, step: () => Promise<void>): Promise<void> {
  let over = false;
  const done = work().finally(() => {
    over = true;
  });
  // Thrown at the end; a step that is under way is waited for first.
  done.catch(() => undefined);
  while (!over) await step();
  await done;
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The most that the processes had resident while the work went on, over what they had before. */
export async function peakAboveIdleMb(pids: readonly number[], work: () => Promise<unknown>): Promise<number> {
  const idle = await residentMb(pids);
  let peak = idle;
  await meanwhile(work, async () => {
    peak = Math.max(peak, await residentMb(pids));
    await pause(SAMPLE_MS);
  });
  return peak - idle;
}

/** How long each of many requests took that were made, one after the other, while the work went on. */
export async function latenciesDuring(
  request: () => Promise<unknown>,
  work: () => Promise<unknown>,
): Promise<number[]> {
  const times: number[] = [];
  await meanwhile(work, async () => {
    const from = performance.now();
    await request();
    times.push(performance.now() - from);
    await pause(PROBE_PAUSE_MS);
  });
  return times;
}
