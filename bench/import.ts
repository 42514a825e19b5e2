import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startVaporform, type Vaporform } from "../tests/support/vaporform";
import { oneByOneMs } from "./import/one-by-one";
import { archiveOf, clone, unpack } from "./import/others";
import { importOnce, listOnce } from "./import/ours";
import { type Running, startScript } from "./import/processes";
import {
  type BenchRepository,
  generatedRepository,
  givenRepository,
  installedRepository,
  largeRepository,
} from "./import/repositories";
import { latenciesDuring, nodeProcesses, peakAboveIdleMb } from "./import/watch";
import { median, type Report } from "./report";

// To look at a part of it: the stores, the files of the generated repository and the megabytes of the large one (0 leaves it
// out), and how often each is imported.
const STORES = (process.env.BENCH_IMPORT_STORES ?? "postgres,gridfs").split(",");
const LARGE_FILES = Number(process.env.BENCH_IMPORT_FILES ?? 20_000);
const LARGE_MEGABYTES = Number(process.env.BENCH_IMPORT_MEGABYTES ?? 1_024);
const ROUNDS = process.env.BENCH_IMPORT_ROUNDS;
/** What takes seconds varies less from one time to the next. */
const ROUNDS_OF_SMALL = 5;
const ROUNDS_OF_LARGE = 3;
const LARGE_FROM_FILES = 10_000;

interface Servers {
  scratch: string;
  github: Running;
  git: Running;
  mongo: Running;
}

interface Figures {
  timeOverClone: number;
  timeOverTar: number;
  speedupOverOneByOne: number;
  rssAboveIdleMb: number;
  p99DuringImportMs: number;
}

/** Imports through a server that answers as GitHub does, against what git, tar and an import file by file take. */
export async function importing([given]: string[]): Promise<Report> {
  const scratch = await mkdtemp(path.join(tmpdir(), "bench-import-"));
  const root = path.join(scratch, "repositories");
  const first = given === undefined ? await installedRepository(root, 2_600) : await givenRepository(root, given);
  const repositories = [first, ...(LARGE_FILES > 0 ? [await generatedRepository(root, LARGE_FILES)] : [])];
  const large = LARGE_MEGABYTES > 0 ? await largeRepository(root, LARGE_MEGABYTES) : undefined;
  const servers: Servers = {
    scratch,
    github: await startScript("tests/github-server/main.ts", ["--root", root, "--port", "0", "--keep-archives"]),
    git: await startScript("bench/import/git-server.ts", [root]),
    mongo: await startScript("bench/import/mongo-process.ts", []),
  };
  const lines: string[] = [];
  const ratios: Record<string, Record<string, Partial<Figures>>> = {};
  try {
    for (const store of STORES) {
      await withServer(servers, store, async (server) => {
        for (const repository of repositories) {
          const figures = await measure(server, { repository, servers, store, lines });
          ratios[repository.size] = { ...ratios[repository.size], [store]: figures };
        }
        if (large === undefined) return;
        const rssAboveIdleMb = await memoryOf(server, large);
        ratios[large.size] = { ...ratios[large.size], [store]: { rssAboveIdleMb } };
        lines.push(`${large.size} into ${store}: ${rssAboveIdleMb.toFixed(0)} MB above idle`);
      });
    }
  } finally {
    await Promise.all([servers.github.stop(), servers.git.stop(), servers.mongo.stop()]);
    await rm(scratch, { recursive: true, force: true });
  }
  return { lines, ratios };
}

async function withServer(
  { scratch, github, mongo }: Servers,
  store: string,
  work: (server: Vaporform) => Promise<void>,
): Promise<void> {
  const server = await startVaporform({
    dataDir: path.join(scratch, store),
    secrets: store === "gridfs" ? { MongoDBURI: mongo.line } : {},
    env: { GITHUB_API_URL: addressIn(github.line) },
    startTimeoutMs: 180_000,
  });
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

function addressIn(line: string): string {
  return /http:\/\/[\d.:]+/.exec(line)?.[0] ?? "";
}

interface Measured {
  repository: BenchRepository;
  servers: Servers;
  store: string;
  lines: string[];
}

async function measure(server: Vaporform, { repository, servers, store, lines }: Measured): Promise<Figures> {
  const { fullName, folder, size } = repository;
  const { scratch, git } = servers;
  const archive = await archiveOf(folder, scratch);
  const isLarge = Number(size) >= LARGE_FROM_FILES;
  const count = Number(ROUNDS ?? (isLarge ? ROUNDS_OF_LARGE : ROUNDS_OF_SMALL));
  const rounds: { ours: number; clone: number; tar: number }[] = [];
  // The first round warms everything: caches of the servers and of the system, plans, code.
  for (let round = 0; round <= count; round++) {
    const ours = await importOnce(server, fullName);
    const figures = {
      ours,
      clone: await clone(`${git.line}/${fullName}`, scratch),
      tar: await unpack(archive, scratch),
    };
    if (round > 0) rounds.push(figures);
  }
  const times: number[] = [];
  let rssAboveIdleMb = 0;
  const pids = await nodeProcesses(server.pid);
  for (let round = 0; round < (isLarge ? 1 : Math.min(3, count)); round++) {
    times.push(
      ...(await latenciesDuring(
        () => listOnce(server),
        () => importOnce(server, fullName),
      )),
    );
    rssAboveIdleMb = Math.max(rssAboveIdleMb, await peakAboveIdleMb(pids, () => importOnce(server, fullName)));
  }
  const slow = await oneByOneMs({ archive, scratch, store, mongoUri: store === "gridfs" ? servers.mongo.line : "" });
  const ours = median(rounds.map((round) => round.ours));
  const figures: Figures = {
    timeOverClone: median(rounds.map((round) => round.ours / round.clone)),
    timeOverTar: median(rounds.map((round) => round.ours / round.tar)),
    speedupOverOneByOne: slow / ours,
    rssAboveIdleMb,
    p99DuringImportMs: percentile(times, 0.99),
  };
  const ms = (pick: (round: (typeof rounds)[number]) => number) => `${median(rounds.map(pick)).toFixed(0)} ms`;
  lines.push(
    `${size} files into ${store}: ${ms((r) => r.ours)}; git clone --depth 1: ${ms((r) => r.clone)} (${figures.timeOverClone.toFixed(2)}); ` +
      `tar xzf: ${ms((r) => r.tar)} (${figures.timeOverTar.toFixed(1)}); one by one: ${slow.toFixed(0)} ms (${figures.speedupOverOneByOne.toFixed(1)} times); ` +
      `${rssAboveIdleMb.toFixed(0)} MB above idle; p99 of ${times.length} requests meanwhile: ${figures.p99DuringImportMs.toFixed(0)} ms`,
  );
  return figures;
}

async function memoryOf(server: Vaporform, { fullName }: BenchRepository): Promise<number> {
  return await peakAboveIdleMb(await nodeProcesses(server.pid), () => importOnce(server, fullName));
}

function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
