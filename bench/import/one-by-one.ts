import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Each file costs the same, so more of them would only take longer. */
const MAX_FILES = 500;

export interface OneByOneOptions {
  archive: string;
  scratch: string;
  store: string;
  mongoUri: string;
}

/** What it takes to store the archive's files one after the other: measured for the first of them, and told for all. */
export async function oneByOneMs({ archive, scratch, store, mongoUri }: OneByOneOptions): Promise<number> {
  const secrets = path.join(scratch, `${store}-secrets.cue`);
  await writeFile(secrets, "");
  const cli = path.join(ROOT, "encore-local/bin/encore-local.mjs");
  const exec = ["exec", "--data-dir", path.join(scratch, store), "--secrets", secrets, "--"];
  const script = ["tsx", "bench/import/write-one-by-one.ts", archive, String(MAX_FILES)];
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...exec, ...script], {
    cwd: ROOT,
    env: { ...process.env, BENCH_MONGODB_URI: mongoUri },
  });
  const answer = z.object({ ms: z.number(), written: z.number(), files: z.number() });
  const { ms, written, files } = answer.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
  return (ms / written) * files;
}
