import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface Running {
  /** The first line that it printed. */
  line: string;
  stop(): Promise<void>;
}

/** A script in a process of its own, so that what it does is not measured with ours; up once it has printed a line. */
export async function startScript(file: string, args: string[]): Promise<Running> {
  const child = spawn(process.execPath, ["--import", "tsx", path.join(ROOT, file), ...args], {
    cwd: ROOT,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const line = await Promise.race([firstLine(child), exited.then(() => Promise.reject(new Error(`${file} ended`)))]);
  return {
    line,
    async stop() {
      child.stdin.end();
      child.kill("SIGTERM");
      await exited;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("no output to read");
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  child.stdout.resume();
  return line;
}
