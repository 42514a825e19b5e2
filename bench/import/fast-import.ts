import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

export interface CommittedFile {
  path: string;
  mode: "100644" | "100755" | "120000";
  /** A symlink's is its target. */
  data: Buffer;
}

/** A bare repository whose one commit has these files. Git makes it from a stream, which saves it and us a tree of files. */
export async function commitFiles(folder: string, files: AsyncIterable<CommittedFile>): Promise<void> {
  await mkdir(folder, { recursive: true });
  await git(folder, ["init", "-q", "--bare", "-b", "main"]);
  await git(folder, ["fast-import", "--quiet"], commandsFor(files));
  await git(folder, ["repack", "-a", "-d", "-q"]);
}

async function* commandsFor(files: AsyncIterable<CommittedFile>): AsyncGenerator<Buffer> {
  yield Buffer.from("commit refs/heads/main\ncommitter bench <bench@example.com> 0 +0000\ndata 10\neverything\n");
  for await (const { path, mode, data } of files)
    yield Buffer.concat([Buffer.from(`M ${mode} inline ${path}\ndata ${data.length}\n`), data, Buffer.from("\n")]);
}

async function git(folder: string, args: string[], input: AsyncIterable<Buffer> = Readable.from([])): Promise<void> {
  const child = spawn("git", ["-C", folder, ...args], { stdio: ["pipe", "ignore", "inherit"] });
  const exited = once(child, "exit");
  await pipeline(input, child.stdin);
  const [code] = await exited;
  if (code !== 0) throw new Error(`git ${args.join(" ")} ended with code ${code}`);
}
