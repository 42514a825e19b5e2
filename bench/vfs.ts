import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { freePort } from "../encore-local/src/postgres/free-port";
import { writeSecrets } from "../tests/support/secrets-file";
import { startVaporform, type Vaporform } from "../tests/support/vaporform";
import { median, type Report } from "./report";
import { realTree } from "./vfs/tree";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const TREE = path.join(ROOT, "node_modules");
const FILES = Number(process.env.BENCH_VFS_FILES ?? 2_500);
/** V8 goes on compiling for the first few. */
const ROUNDS = Number(process.env.BENCH_VFS_ROUNDS ?? 9);
const NAMES = 10_000;
const READS = 500;
/** Of a listing. */
const PAGE = 10_000;
const OWNER = "bench";
/** The level at which the archive endpoint compresses. */
const GZIP_LEVEL = 1;

const written = z.object({
  batchMs: z.array(z.number()),
  oneByOneMs: z.array(z.number()),
  bytes: z.number(),
  projectId: z.string(),
});

interface Bench {
  scratch: string;
  secretsFile: string;
  server: Vaporform;
  mongoUri: string;
  lines: string[];
}

/** Writing, reading, listing and archiving, on both stores, against PostgreSQL as a user has it: safe against a power cut. */
export async function vfs(): Promise<Report> {
  const scratch = await mkdtemp(path.join(tmpdir(), "bench-vfs-"));
  const mongo = await startMongo();
  const lines: string[] = [];
  const batchSpeedup: Record<string, number> = {};
  const archiveOverTar: Record<string, number> = {};
  let listTenThousandMs = Number.NaN;
  try {
    const reference = await tarReference(scratch);
    for (const store of ["postgres", "gridfs"] as const) {
      const mongoUri = store === "gridfs" ? mongo.uri : "";
      const secrets: Record<string, string> = store === "gridfs" ? { MongoDBURI: mongoUri } : {};
      const secretsFile = await writeSecrets(scratch, secrets);
      const server = await startVaporform({ dataDir: path.join(scratch, "data"), secrets, startTimeoutMs: 120_000 });
      try {
        const bench = { scratch, secretsFile, server, mongoUri, lines };
        const { projectId, speedup } = await writing(bench, store);
        batchSpeedup[store] = speedup;
        await reading(bench, { store, projectId });
        archiveOverTar[store] = await archiving(bench, { store, projectId, reference });
        if (store === "postgres") listTenThousandMs = await listing(bench);
      } finally {
        await server.stop();
      }
    }
  } finally {
    await mongo.close();
    await rm(scratch, { recursive: true, force: true });
  }
  const ratios = { batchSpeedup, archiveOverTar: Math.min(...Object.values(archiveOverTar)), listTenThousandMs };
  return { lines, ratios };
}

/** In a process of its own, as a database is; a real one where MONGODB_URI names it. */
async function startMongo(): Promise<{ uri: string; close(): Promise<void> }> {
  const given = process.env.MONGODB_URI;
  if (given !== undefined && given !== "") return { uri: given, close: async () => undefined };
  const args = ["--import", "tsx", path.join(ROOT, "tests/mongo-server/main.ts"), "--port", String(await freePort())];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  const [uri] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return {
    uri: `${uri}bench`,
    async close() {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

async function script({ scratch, secretsFile, mongoUri }: Bench, file: string, args: string[]): Promise<string> {
  const cli = path.join(ROOT, "encore-local/bin/encore-local.mjs");
  const exec = ["exec", "--data-dir", path.join(scratch, "data"), "--secrets", secretsFile, "--", "tsx", file];
  const options = { cwd: ROOT, env: { ...process.env, BENCH_MONGODB_URI: mongoUri } };
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...exec, ...args], options);
  return stdout.trim().split("\n").at(-1) ?? "";
}

async function writing(bench: Bench, store: string): Promise<{ projectId: string; speedup: number }> {
  const output = await script(bench, "bench/vfs/writing.ts", [TREE, String(FILES), String(ROUNDS), OWNER]);
  const { batchMs, oneByOneMs, bytes, projectId } = written.parse(JSON.parse(output));
  const speedup = median(oneByOneMs) / median(batchMs);
  const megabytes = (bytes / 1e6).toFixed(1);
  bench.lines.push(
    `write ${FILES} files (${megabytes} MB) into ${store}: ${median(batchMs).toFixed(0)} ms as a batch, ` +
      `${median(oneByOneMs).toFixed(0)} ms one by one: ${speedup.toFixed(1)} times ` +
      `(medians of ${ROUNDS}; the first batch ${batchMs[0]?.toFixed(0)} ms)`,
  );
  return { projectId, speedup };
}

async function get(bench: Bench, target: string): Promise<Response> {
  const response = await fetch(bench.server.url + target, { headers: { authorization: `Bearer dev:${OWNER}` } });
  if (!response.ok) throw new Error(`GET ${target} answered ${response.status}: ${await response.text()}`);
  return response;
}

async function reading(bench: Bench, { store, projectId }: { store: string; projectId: string }): Promise<void> {
  const files = (await realTree(TREE, FILES)).filter(({ data }) => data.length < 4_096).slice(0, READS);
  const times: number[] = [];
  for (const file of files) {
    const from = performance.now();
    const target = `/vfs/files/${projectId}/${file.path.split("/").map(encodeURIComponent).join("/")}`;
    await (await get(bench, target)).arrayBuffer();
    times.push(performance.now() - from);
  }
  bench.lines.push(
    `read of a small file from ${store} over HTTP: ${median(times).toFixed(2)} ms (median of ${times.length})`,
  );
}

async function listing(bench: Bench): Promise<number> {
  const projectId = await script(bench, "bench/vfs/names.ts", [String(NAMES), OWNER]);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS * 3; round++) {
    const from = performance.now();
    let names = 0;
    let cursor = "";
    do {
      const response = await get(bench, `/vfs/directories/${projectId}?recursive=true&limit=${PAGE}${cursor}`);
      const { items, nextCursor } = (await response.json()) as { items: unknown[]; nextCursor?: string };
      names += items.length;
      cursor = nextCursor === undefined ? "" : `&cursor=${nextCursor}`;
    } while (cursor !== "");
    times.push(performance.now() - from);
    if (names !== NAMES) throw new Error(`the list has ${names} names`);
  }
  bench.lines.push(`list of ${NAMES} names: ${median(times).toFixed(0)} ms`);
  return median(times);
}

interface TarReference {
  folder: string;
  ms: number;
}

/** The same files on disk, and what GNU tar and gzip at the same level take for them. */
async function tarReference(scratch: string): Promise<TarReference> {
  const folder = path.join(scratch, "tree");
  for (const file of await realTree(TREE, FILES)) {
    await mkdir(path.dirname(path.join(folder, file.path)), { recursive: true });
    await writeFile(path.join(folder, file.path), file.data);
  }
  return { folder, ms: await tarOnce(folder, scratch) };
}

async function tarOnce(folder: string, scratch: string): Promise<number> {
  const from = performance.now();
  await promisify(execFile)("tar", [
    "-cf",
    path.join(scratch, "tar.tar.gz"),
    "-I",
    `gzip -${GZIP_LEVEL}`,
    "-C",
    folder,
    ".",
  ]);
  return performance.now() - from;
}

async function archiving(
  bench: Bench,
  { store, projectId, reference }: { store: string; projectId: string; reference: TarReference },
): Promise<number> {
  const ratios: number[] = [];
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS + 1; round++) {
    const from = performance.now();
    const { body } = await get(bench, `/vfs/archive/${projectId}`);
    if (body === null) throw new Error("the archive has no body");
    const file = createWriteStream(path.join(bench.scratch, "ours.tar.gz"));
    await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), file);
    const ms = performance.now() - from;
    const tarMs = await tarOnce(reference.folder, bench.scratch);
    // The first round warms both.
    if (round === 0) continue;
    ours.push(ms);
    theirs.push(tarMs);
    ratios.push(tarMs / ms);
  }
  bench.lines.push(
    `archive of the tree from ${store} over HTTP: ${median(ours).toFixed(0)} ms, ` +
      `tar and gzip -${GZIP_LEVEL}: ${median(theirs).toFixed(0)} ms: ${median(ratios).toFixed(2)} of its speed`,
  );
  return median(ratios);
}
