import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cp, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const MODULES = fileURLToPath(new URL("../../node_modules", import.meta.url));

export interface BenchRepository {
  /** As the report names it. */
  size: string;
  fullName: string;
  folder: string;
}

/** Files of installed packages, until there are so many, committed to git. */
export async function installedRepository(root: string, files: number): Promise<BenchRepository> {
  const fullName = `bench/installed-${files}`;
  const folder = path.join(root, fullName);
  await mkdir(folder, { recursive: true });
  let left = files;
  for (const name of (await readdir(MODULES)).filter((entry) => /^[a-z]/.test(entry)).sort()) {
    const source = path.join(MODULES, name);
    if (!(await stat(source)).isDirectory()) continue;
    const count = (await readdir(source, { recursive: true, withFileTypes: true })).filter((e) => e.isFile()).length;
    if (count === 0 || count > left) continue;
    await cp(source, path.join(folder, name), { recursive: true, verbatimSymlinks: true });
    left -= count;
    if (left === 0) break;
  }
  await commitAll(folder);
  return { size: String(files), fullName, folder };
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
  for (let i = 0; i < files; i++) {
    const parent = path.join(folder, `part-${Math.floor(i / 1_000)}`, `folder-${Math.floor(i / 100)}`);
    if (i % 100 === 0) await mkdir(parent, { recursive: true });
    await writeFile(path.join(parent, `file-${i}.ts`), generatedText(i));
  }
  await commitAll(folder);
  return { size: String(files), fullName, folder };
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

async function commitAll(folder: string): Promise<void> {
  const git = (...args: string[]) =>
    run("git", ["-C", folder, "-c", "user.name=bench", "-c", "user.email=bench@example.com", ...args], {
      maxBuffer: 2 ** 28,
    });
  await git("init", "-q", "-b", "main");
  await git("add", "--force", "--all");
  await git("commit", "-q", "-m", "everything");
  await git("repack", "-a", "-d", "-q");
}
