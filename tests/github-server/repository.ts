import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createGzip } from "node:zlib";
import { folderArchive, listFolder } from "./folder-archive";

const run = promisify(execFile);

/** A repository as the server sees it: of git, or just a folder. */
export interface Repository {
  fullName: string;
  private: boolean;
  describe(): Promise<Record<string, unknown>>;
  /** The commit id of a branch, tag or commit ("" for the default branch); undefined for none, "empty" without commits. */
  resolve(ref: string): Promise<string | "empty" | undefined>;
  branches(): Promise<{ name: string; commit: { sha: string }; protected: boolean }[]>;
  /** Bytes by language, by the endings of the files' names. */
  languages(): Promise<Record<string, number>>;
  sendArchive(commit: string, out: Writable): Promise<void>;
}

export interface RepositoryPlaces {
  root?: string;
  repositories?: Record<string, string>;
  private?: string[];
}

const NAME = /^[\w.-]+\/(?!\.{1,2}$)[\w.-]+$/;

export async function openRepository(fullName: string, places: RepositoryPlaces): Promise<Repository | undefined> {
  if (!NAME.test(fullName)) return undefined;
  const named = places.repositories?.[fullName];
  const folder = named ?? (places.root === undefined ? undefined : path.join(places.root, fullName));
  if (folder === undefined || !existsSync(folder) || !statSync(folder).isDirectory()) return undefined;
  const isPrivate = (places.private ?? []).includes(fullName);
  const isGit = existsSync(path.join(folder, ".git")) || existsSync(path.join(folder, "HEAD"));
  return isGit && (await hasGit())
    ? gitRepository(fullName, folder, isPrivate)
    : plainFolder(fullName, folder, isPrivate);
}

async function hasGit(): Promise<boolean> {
  return await run("git", ["--version"]).then(
    () => true,
    () => false,
  );
}

const LANGUAGES: Record<string, string> = {
  ts: "TypeScript",
  tsx: "TypeScript",
  js: "JavaScript",
  py: "Python",
  go: "Go",
  rs: "Rust",
};

function description(
  fullName: string,
  isPrivate: boolean,
  sizeKiB: number,
  defaultBranch: string,
): Record<string, unknown> {
  const [owner, name] = fullName.split("/");
  return {
    name,
    full_name: fullName,
    private: isPrivate,
    default_branch: defaultBranch,
    size: sizeKiB,
    archived: false,
    language: null,
    owner: { login: owner },
  };
}

/** GitHub's archives have one folder, named after the owner, the repository and the commit. */
function prefixOf(fullName: string, commit: string): string {
  return `${fullName.replace("/", "-")}-${commit.slice(0, 7)}/`;
}

function gitRepository(fullName: string, folder: string, isPrivate: boolean): Repository {
  const git = async (...args: string[]) =>
    (await run("git", ["-C", folder, "-c", "safe.directory=*", ...args], { maxBuffer: 2 ** 28 })).stdout.trim();
  const orUndefined = (answer: Promise<string>) => answer.catch(() => undefined);
  return {
    fullName,
    private: isPrivate,
    async describe() {
      const branch = (await orUndefined(git("symbolic-ref", "--short", "HEAD"))) ?? "main";
      const size = /size-pack: (\d+)/.exec((await orUndefined(git("count-objects", "-v"))) ?? "")?.[1];
      return description(fullName, isPrivate, Number(size ?? 0), branch);
    },
    async resolve(ref) {
      const commit = await orUndefined(
        git("rev-parse", "--verify", "--quiet", "--end-of-options", `${ref === "" ? "HEAD" : ref}^{commit}`),
      );
      if (commit !== undefined) return commit;
      return (await git("rev-list", "-n", "1", "--all")) === "" ? "empty" : undefined;
    },
    async branches() {
      const lines = await git("for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads");
      return lines.split("\n").flatMap((line) => {
        const [name, sha] = line.split(" ");
        return name && sha ? [{ name, commit: { sha }, protected: false }] : [];
      });
    },
    async languages() {
      const lines = (await orUndefined(git("ls-tree", "-r", "--long", "HEAD"))) ?? "";
      return countLanguages(
        lines.split("\n").map((line) => {
          const [meta = "", name = ""] = line.split("\t");
          return { name, size: Number(meta.split(/\s+/)[3]) || 0 };
        }),
      );
    },
    async sendArchive(commit, out) {
      const prefix = prefixOf(fullName, commit);
      const args = ["-C", folder, "-c", "safe.directory=*", "archive", "--format=tar", `--prefix=${prefix}`, commit];
      const child = spawn("git", args, { stdio: ["ignore", "pipe", "ignore"] });
      await pipeline(child.stdout, createGzip({ level: 6 }), out);
    },
  };
}

function plainFolder(fullName: string, folder: string, isPrivate: boolean): Repository {
  /** There is no history: the one commit is of what the folder holds now. */
  const commitOf = async (): Promise<string> =>
    createHash("sha1")
      .update(`${fullName}\n${JSON.stringify(await listFolder(folder))}`)
      .digest("hex");
  return {
    fullName,
    private: isPrivate,
    describe: async () => description(fullName, isPrivate, 0, "main"),
    async resolve(ref) {
      if ((await listFolder(folder)).length === 0) return "empty";
      const commit = await commitOf();
      return ["", "main", "HEAD", commit].includes(ref) ? commit : undefined;
    },
    branches: async () => [{ name: "main", commit: { sha: await commitOf() }, protected: false }],
    languages: async () => countLanguages((await listFolder(folder)).map(({ path: name, size }) => ({ name, size }))),
    async sendArchive(commit, out) {
      const archive = folderArchive(folder, { prefix: prefixOf(fullName, commit), commit });
      await pipeline(archive, createGzip({ level: 6 }), out);
    },
  };
}

function countLanguages(files: { name: string; size: number }[]): Record<string, number> {
  const bytes: Record<string, number> = {};
  for (const { name, size } of files) {
    const language = LANGUAGES[name.slice(name.lastIndexOf(".") + 1)];
    if (language !== undefined) bytes[language] = (bytes[language] ?? 0) + size;
  }
  return bytes;
}
