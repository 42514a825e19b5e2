import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { lstat, mkdir, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type CommittedFile, commitFiles } from "./fast-import";

const run = promisify(execFile);
const MODULES = fileURLToPath(new URL("../../node_modules", import.meta.url));

export interface BenchRepository {
  /** As the report names it. */
  size: string;
  fullName: string;
  folder: string;
}

/** The first so many files of installed packages. */
export async function installedRepository(root: string, files: number): Promise<BenchRepository> {
  const fullName = `bench/installed-${files}`;
  const folder = path.join(root, fullName);
  await commitFiles(folder, installedFiles(files));
  return { size: String(files), fullName, folder };
}

async function* installedFiles(count: number): AsyncGenerator<CommittedFile> {
  let left = count;
  for (const name of (await readdir(MODULES)).filter((entry) => /^[a-z]/.test(entry)).sort()) {
    for (const relative of await readdir(path.join(MODULES, name), { recursive: true })) {
      const file = path.join(MODULES, name, relative);
      const stats = await lstat(file);
      if (stats.isDirectory()) continue;
      if (left-- === 0) return;
      yield stats.isSymbolicLink()
        ? { path: `${name}/${relative}`, mode: "120000", data: Buffer.from(await readlink(file)) }
        : {
            path: `${name}/${relative}`,
            mode: (stats.mode & 0o111) === 0 ? "100644" : "100755",
            data: await readFile(file),
          };
    }
  }
}

/** A git repository of this machine, as it is. */
export async function givenRepository(root: string, given: string): Promise<BenchRepository> {
  const fullName = "bench/given";
  const folder = path.join(root, fullName);
  await mkdir(path.dirname(folder), { recursive: true });
  await run("git", ["clone", "-q", "--bare", path.resolve(given), folder]);
  const { stdout } = await run("git", ["-C", folder, "ls-tree", "-r", "--name-only", "HEAD"], { maxBuffer: 2 ** 28 });
  return { size: String(stdout.trimEnd().split("\n").length), fullName, folder };
}

const WORDS = "import export const function return await async type interface from class new this string number".split(
  " ",
);

/** Source-like files of some 1 to 12 KiB, the same at every run, in folders of a hundred. */
export async function generatedRepository(root: string, files: number): Promise<BenchRepository> {
  const fullName = `bench/generated-${files}`;
  const folder = path.join(root, fullName);
  await commitFiles(folder, generatedFiles(files));
  return { size: String(files), fullName, folder };
}

async function* generatedFiles(count: number): AsyncGenerator<CommittedFile> {
  for (let i = 0; i < count; i++) {
    const parent = `part-${Math.floor(i / 1_000)}/folder-${Math.floor(i / 100)}`;
    yield { path: `${parent}/file-${i}.ts`, mode: "100644", data: Buffer.from(generatedText(i)) };
  }
}

function generatedText(seed: number): string {
  let state = seed * 2_654_435_761 + 1;
  const next = (end: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
  const lines = Array.from({ length: 20 + next(220) }, () =>
    Array.from({ length: 4 + next(6) }, () => `${WORDS[next(WORDS.length)]}${next(1_000)}`).join(" "),
  );
  return `// file ${seed}\n${lines.join("\n")}\n`;
}

/** Few files that hardly compress, of so many bytes together. */
export async function largeRepository(root: string, megabytes: number): Promise<BenchRepository> {
  const fullName = `bench/large-${megabytes}`;
  const folder = path.join(root, fullName);
  await mkdir(folder, { recursive: true });
  for (let i = 0; i < megabytes / 20; i++) await writeFile(path.join(folder, `blob-${i}`), randomBytes(20 * 1024 ** 2));
  return { size: `${megabytes}MB`, fullName, folder };
}
