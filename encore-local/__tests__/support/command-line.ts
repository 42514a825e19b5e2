import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../src/postgres/free-port";
import { outsideOfTests } from "./running-app";

const BIN = fileURLToPath(new URL("../../bin/encore-local.mjs", import.meta.url));
const APPS = fileURLToPath(new URL("../apps", import.meta.url));
const NODE_MODULES = fileURLToPath(new URL("../../../node_modules", import.meta.url));

export interface Started {
  child: ChildProcess;
  /** All that it printed so far. */
  output: () => string;
}

export interface StartOptions {
  /** The app's folder unless told. */
  cwd?: string;
  /** Of standard input. */
  input?: string;
  /** Added to the environment. */
  env?: NodeJS.ProcessEnv;
}

/** Waits for the end, and gives the exit code. */
export async function ended(child: ChildProcess, signal?: NodeJS.Signals): Promise<number | null> {
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  if (signal !== undefined) child.kill(signal);
  return child.exitCode ?? (await exit);
}

/** The command line in a copy of one of the fixture apps, as a person would use it in a terminal. */
export class CommandLine {
  /** The copy's folder. */
  readonly app: string;
  readonly #running: ChildProcess[] = [];

  private constructor(app: string) {
    this.app = app;
  }

  static async inCopyOf(name: string): Promise<CommandLine> {
    const app = path.join(await mkdtemp(path.join(tmpdir(), "encore-local-cli-")), name);
    await cp(path.join(APPS, name), app, { recursive: true });
    await symlink(NODE_MODULES, path.join(app, "node_modules"));
    return new CommandLine(app);
  }

  start(args: string[], { cwd = this.app, input, env }: StartOptions = {}): Started {
    const child = spawn(process.execPath, [BIN, ...args], { cwd, env: { ...outsideOfTests(), ...env } });
    this.#running.push(child);
    child.stdin.end(input);
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
    return { child, output: () => text };
  }

  /** Runs a command to its end. */
  async run(args: string[], options?: StartOptions): Promise<{ code: number | null; output: string }> {
    const { child, output } = this.start(args, options);
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, output: output() };
  }

  async serve(...args: string[]): Promise<Started & { url: string }> {
    const port = await freePort();
    const explorer = args.includes("--explorer-port") ? [] : ["--no-explorer"];
    const started = this.start(["run", "--port", String(port), ...explorer, ...args]);
    const url = `http://127.0.0.1:${port}`;
    while (started.child.exitCode === null) {
      const healthy = await fetch(`${url}/__encore/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (healthy) return { ...started, url };
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`it did not start:\n${started.output()}`);
  }

  async dispose(): Promise<void> {
    for (const child of this.#running) {
      if (child.exitCode === null && child.signalCode === null) await ended(child, "SIGTERM");
    }
    await rm(path.dirname(this.app), { recursive: true, force: true });
  }
}
