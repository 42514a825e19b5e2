import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What GitHub would send, in a file. */
export async function archiveOf(folder: string, scratch: string): Promise<string> {
  const file = path.join(scratch, `${path.basename(folder)}.tar.gz`);
  await run("git", ["-C", folder, "archive", "--format=tar.gz", "--prefix=bench-abc1234/", "-o", file, "HEAD"]);
  return file;
}

export async function clone(url: string, scratch: string): Promise<number> {
  return await timed(scratch, (folder) => run("git", ["clone", "-q", "--depth", "1", url, path.join(folder, "clone")]));
}

export async function unpack(archive: string, scratch: string): Promise<number> {
  return await timed(scratch, async (folder) => {
    const target = path.join(folder, "tree");
    await mkdir(target);
    await run("tar", ["-xzf", archive, "-C", target]);
  });
}

async function timed(scratch: string, work: (folder: string) => Promise<unknown>): Promise<number> {
  const folder = await mkdtemp(path.join(scratch, "round-"));
  const from = performance.now();
  await work(folder);
  const ms = performance.now() - from;
  await rm(folder, { recursive: true, force: true });
  return ms;
}
