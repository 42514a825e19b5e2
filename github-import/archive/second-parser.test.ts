import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { Parser, type ReadEntry } from "tar";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openRepository } from "../../tests/github-server/repository";
import type { StagedEntry } from "../../vfs/staged-tree";
import { DEFAULT_LIMITS } from "../limits";
import { readArchive } from "./read-archive";

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));
const PACKAGES = ["zod", "knip", "mingo"];

let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "vaporform-parsers-"));
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

/** A published package, with what packages do not have, committed to git. */
async function commit(name: string): Promise<string> {
  const folder = path.join(scratch, name);
  await cp(path.join(modules, name), folder, { recursive: true });
  await writeFile(path.join(folder, "run.sh"), "#!/bin/sh\n");
  await chmod(path.join(folder, "run.sh"), 0o755);
  await symlink("package.json", path.join(folder, "a link"));
  await writeFile(path.join(folder, `${"long-".repeat(40)}name`), "as pax or GNU has it");
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args]);
  git("init", "-q");
  git("add", "--force", "--all");
  git("commit", "-q", "-m", "everything");
  return folder;
}

async function archiveOf(name: string): Promise<Buffer> {
  const fullName = `packages/${name}`;
  const repository = await openRepository(fullName, { repositories: { [fullName]: await commit(name) } });
  if (repository === undefined) throw new Error(`there is no ${name}`);
  const out = new PassThrough();
  const [packed] = await Promise.all([buffer(out), repository.sendArchive(String(await repository.resolve("")), out)]);
  return packed;
}

const sha = () => createHash("sha256");

/** What an entry comes to, as one line. */
async function ours(packed: Buffer): Promise<string[]> {
  const lines: string[] = [];
  await readArchive(Readable.from(packed), {
    limits: DEFAULT_LIMITS,
    folder: "",
    onProgress: () => undefined,
    signal: new AbortController().signal,
    onEntry: async (entry) => {
      lines.push(await lineOf(entry));
    },
  });
  return lines.sort();
}

async function lineOf(entry: StagedEntry): Promise<string> {
  if (entry.kind === "symlink") return `${entry.path} -> ${entry.target}`;
  const hash = sha();
  if (entry.content instanceof Uint8Array) hash.update(entry.content);
  else for await (const piece of entry.content) hash.update(piece);
  return `${entry.path} ${entry.executable} ${entry.size} ${hash.digest("hex")}`;
}

async function theirs(packed: Buffer): Promise<string[]> {
  const lines: string[] = [];
  const parser = new Parser({
    onReadEntry: (entry: ReadEntry) => {
      const name = entry.path.slice(entry.path.indexOf("/") + 1);
      const hash = sha();
      entry.on("data", (piece: Buffer) => hash.update(piece));
      entry.on("end", () => {
        if (entry.type === "SymbolicLink") lines.push(`${name} -> ${entry.linkpath}`);
        if (entry.type === "File")
          lines.push(`${name} ${((entry.mode ?? 0) & 0o111) !== 0} ${entry.size} ${hash.digest("hex")}`);
      });
    },
  });
  await pipeline(Readable.from(packed), parser as unknown as NodeJS.WritableStream);
  return lines.sort();
}

it.each(PACKAGES)("agrees with the package 'tar' on every entry of %s, as git archives it", async (name) => {
  const packed = await archiveOf(name);
  const found = await ours(packed);
  expect(found.length).toBeGreaterThan(500);
  expect(found).toEqual(await theirs(packed));
});
