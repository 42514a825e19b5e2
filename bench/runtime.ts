import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "../encore-local/src/postgres/free-port";
import { median, type Report } from "./report";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CLI = path.join(ROOT, "encore-local/bin/encore-local.mjs");
const ROUNDS = 5;
const SECONDS = 4;
const STARTS = 5;

const REQUESTS = {
  echo: {
    path: "/echo",
    body: JSON.stringify({ customer: "Ada Lovelace", amount: 42.5, items: ["pen", "ink", "paper"], note: "soon" }),
  },
  row: { path: "/rows/17", body: undefined },
  raw: { path: "/raw", body: undefined },
};

/** encore-local against Fastify: the same three endpoints, by turns, loaded from another process. */
export async function runtime(): Promise<Report> {
  const scratch = await mkdtemp(path.join(tmpdir(), "bench-runtime-"));
  const app = path.join(scratch, "app");
  await cp(path.join(ROOT, "encore-local/__tests__/apps/speed"), app, { recursive: true });
  await symlink(path.join(ROOT, "node_modules"), path.join(app, "node_modules"));
  const running: ChildProcess[] = [];
  try {
    const first = await startApp(app, scratch);
    await stop(first.child);
    const starts: number[] = [];
    for (let i = 0; i < STARTS; i++) {
      const again = await startApp(app, scratch);
      starts.push(again.seconds);
      await stop(again.child);
    }
    const ours = await startApp(app, scratch);
    running.push(ours.child);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [CLI, "db", "conn-uri", "speed", ...dataDir(scratch)],
      {
        cwd: app,
      },
    );
    const fastify = spawn(
      process.execPath,
      ["--import", "tsx", path.join(ROOT, "bench/runtime/fastify-server.ts"), stdout.trim()],
      { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] },
    );
    running.push(fastify);
    const fastifyUrl = await firstLine(fastify);

    const ratios: Record<string, number> = {};
    const lines: string[] = [];
    for (const [name, request] of Object.entries(REQUESTS)) {
      const rounds: { ours: number; theirs: number }[] = [];
      await load(ours.url, request, 1);
      await load(fastifyUrl, request, 1);
      for (let i = 0; i < ROUNDS; i++) {
        rounds.push({ ours: await load(ours.url, request, SECONDS), theirs: await load(fastifyUrl, request, SECONDS) });
      }
      const ratio = median(rounds.map((round) => round.ours / round.theirs));
      ratios[`${name}OverFastify`] = ratio;
      const perSecond = (which: "ours" | "theirs") => Math.round(median(rounds.map((round) => round[which])));
      lines.push(
        `${name.padEnd(5)}${perSecond("ours")} requests/s on encore-local, ${perSecond("theirs")} on Fastify: ${ratio.toFixed(2)}`,
      );
    }
    const secondStartSeconds = median(starts);
    lines.push(`start to the first answer, with all caches warm: ${secondStartSeconds.toFixed(2)} s`);
    return { lines, ratios: { ...ratios, secondStartSeconds } };
  } finally {
    await Promise.all(running.map(stop));
    await rm(scratch, { recursive: true, force: true });
  }
}

const dataDir = (scratch: string): string[] => ["--data-dir", path.join(scratch, "data")];

async function startApp(app: string, scratch: string): Promise<{ child: ChildProcess; url: string; seconds: number }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const from = performance.now();
  // With the explorer on, as developers have it; without a line for each request, which Fastify does not write either.
  const explorer = ["--explorer-port", String(await freePort())];
  const args = ["run", "--no-watch", "--port", String(port), "--log-level", "warn", ...explorer];
  const child = spawn(process.execPath, [CLI, ...args, ...dataDir(scratch)], {
    cwd: app,
    stdio: ["ignore", "ignore", "ignore"],
  });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`encore-local ended with ${child.exitCode}`);
    const answer = await fetch(`${url}/rows/1`).catch(() => null);
    if (answer?.ok) return { child, url, seconds: (performance.now() - from) / 1000 };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

async function load(
  url: string,
  request: { path: string; body: string | undefined },
  seconds: number,
): Promise<number> {
  const script = path.join(ROOT, "bench/runtime/load.ts");
  const args = ["--import", "tsx", script, url + request.path, String(seconds)];
  if (request.body !== undefined) args.push(request.body);
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  const { perSecond, failed } = JSON.parse(stdout) as { perSecond: number; failed: number };
  if (failed > 0) throw new Error(`${failed} requests to ${url}${request.path} failed`);
  return perSecond;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("no output to read");
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error("the Fastify server ended");
}
