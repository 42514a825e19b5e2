import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../src/postgres/free-port";

const BIN = fileURLToPath(new URL("../../bin/encore-local.mjs", import.meta.url));
const NODE_MODULES = fileURLToPath(new URL("../../../node_modules", import.meta.url));
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

export interface RunningApp {
  url: string;
  /** All that it printed so far. */
  output(): string;
  /** Stops it as Ctrl-C does, and gives its exit code. */
  stop(): Promise<number | null>;
}

/** The environment as a terminal would have it: without the runtime, the database and the mode of these tests. */
export function outsideOfTests(): NodeJS.ProcessEnv {
  const own = ([name]: [string, unknown]) =>
    name.startsWith("ENCORE_") || name.startsWith("VITEST") || name === "NODE_ENV";
  return Object.fromEntries(Object.entries(process.env).filter((entry) => !own(entry)));
}

/** Runs a copy of an app with `encore-local run`, on a free port, with an empty database. */
export async function runApp(folder: string, { secrets }: { secrets?: string } = {}): Promise<RunningApp> {
  const scratch = await mkdtemp(path.join(tmpdir(), "encore-local-test-"));
  const app = path.join(scratch, path.basename(folder));
  await cp(folder, app, { recursive: true });
  await symlink(NODE_MODULES, path.join(app, "node_modules"));
  const port = await freePort();
  const args = ["run", "--port", String(port), "--no-explorer", "--data-dir", path.join(scratch, "data")];
  const child = spawn(process.execPath, [BIN, ...args, ...(secrets === undefined ? [] : ["--secrets", secrets])], {
    cwd: app,
    env: outsideOfTests(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const stop = async (): Promise<number | null> => {
    child.kill("SIGINT");
    const code = await exited;
    await rm(scratch, { recursive: true, force: true });
    return code;
  };
  const url = `http://127.0.0.1:${port}`;
  if (!(await healthy(url, child))) {
    await stop();
    throw new Error(`The app did not start. It printed:\n${output}`);
  }
  return { url, output: () => output, stop };
}

async function healthy(url: string, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const answer = await fetch(`${url}/__encore/healthz`).catch(() => null);
    if (answer?.ok) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}
