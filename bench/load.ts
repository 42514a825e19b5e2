import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startVaporform } from "../tests/support/vaporform";
import { startScript } from "./import/processes";
import { generatedRepository } from "./import/repositories";
import { nodeProcesses, residentMb } from "./import/watch";
import type { KindFigures, LoadFigures } from "./load/traffic";
import type { BenchOptions, Report } from "./report";

const USERS = 50;
const IMPORTERS = 2;
const DEFAULT_SECONDS = 60;
/** Caches, pools and compiled code are filled in it; nothing of it is counted. */
const WARM_UP_SECONDS = 15;
/** How long memory is watched after the traffic; the least of it is what is kept. */
const SETTLE_SECONDS = 10;
const REPOSITORY_FILES = 500;

/** Fifty users work on files, and imports run without a pause, all from another process. */
export async function load(_args: string[], { seconds = DEFAULT_SECONDS }: BenchOptions): Promise<Report> {
  const scratch = await mkdtemp(path.join(tmpdir(), "bench-load-"));
  const root = path.join(scratch, "repositories");
  const repository = await generatedRepository(root, REPOSITORY_FILES);
  const github = await startScript("tests/github-server/main.ts", ["--root", root, "--port", "0", "--keep-archives"]);
  const server = await startVaporform({ env: { GITHUB_API_URL: addressIn(github.line) }, logLevel: "warn" });
  try {
    const pids = await nodeProcesses(server.pid);
    await traffic(server.url, { seconds: WARM_UP_SECONDS, repository: repository.fullName });
    const rssStartMb = await settledMb(pids);
    const figures = await traffic(server.url, { seconds, repository: repository.fullName });
    const rssEndMb = await settledMb(pids);
    const { requests, requestsPerSecond, p50Ms, p99Ms, errors, imports, kinds, firstErrors } = figures;
    const lines = [
      `${USERS} users for ${seconds} s: ${requests} requests, ${requestsPerSecond.toFixed(0)} a second, ${errors} errors`,
      `half of them within ${p50Ms.toFixed(1)} ms, 99 of 100 within ${p99Ms.toFixed(1)} ms`,
      ...kinds.map(describe),
      `${imports} imports of ${REPOSITORY_FILES} files meanwhile`,
      `memory of the server's processes: ${rssStartMb.toFixed(0)} MB before, ${rssEndMb.toFixed(0)} MB after`,
      ...firstErrors,
    ];
    return {
      lines,
      ratios: { requestsPerSecond, p50Ms, p99Ms, errors, rssStartMb, rssEndMb, imports, seconds, kinds },
    };
  } finally {
    await server.stop();
    await github.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}

function describe({ kind, requests, p50Ms, p99Ms }: KindFigures): string {
  return `  ${kind.padEnd(32)} ${requests} requests, ${p50Ms.toFixed(1)} and ${p99Ms.toFixed(1)} ms`;
}

function addressIn(line: string): string {
  const url = /http:\/\/[\w.:]+/.exec(line)?.[0];
  if (url === undefined) throw new Error(`no address in: ${line}`);
  return url;
}

async function traffic(
  url: string,
  { seconds, repository }: { seconds: number; repository: string },
): Promise<LoadFigures> {
  const script = fileURLToPath(new URL("load/traffic.ts", import.meta.url));
  const args = ["--import", "tsx", script, url, repository, String(seconds), String(USERS), String(IMPORTERS)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 16 * 1024 * 1024 });
  return JSON.parse(stdout) as LoadFigures;
}

async function settledMb(pids: readonly number[]): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let second = 0; second < SETTLE_SECONDS; second++) {
    await pause(1_000);
    least = Math.min(least, await residentMb(pids));
  }
  return least;
}
