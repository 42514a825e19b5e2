import { type ChildProcess, spawn } from "node:child_process";
import type { AppMessage, CommandLineMessage } from "../runtime/command-line";

export interface AppProcessOptions {
  /** Absolute path of the app. */
  root: string;
  /** Absolute path of the bundled app. */
  bundle: string;
  env: NodeJS.ProcessEnv;
  onMessage?: (message: AppMessage) => void;
}

/** A process that runs one version of the app. */
export class AppProcess {
  readonly #child: ChildProcess;
  /** The exit code, null when a signal ended it. */
  readonly exited: Promise<number | null>;
  readonly #ready: Promise<void>;
  readonly #released: Promise<void>;

  constructor({ root, bundle, env, onMessage }: AppProcessOptions) {
    const child = spawn(process.execPath, ["--enable-source-maps", bundle], {
      cwd: root,
      env,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      // Ctrl-C goes to the command line, which passes it on; the app must not get it twice.
      detached: true,
    });
    this.#child = child;
    this.exited = new Promise((resolve) => child.once("exit", (code) => resolve(code)));
    const told = (kind: AppMessage["kind"]): Promise<void> =>
      new Promise((resolve) => {
        child.on("message", (message: AppMessage) => {
          if (message.kind === kind) resolve();
        });
      });
    this.#ready = told("ready");
    this.#released = told("released");
    if (onMessage !== undefined) child.on("message", onMessage);
  }

  /** True once it waits for leave to listen; false when it ended before that. */
  async started(): Promise<boolean> {
    return await Promise.race([this.#ready.then(() => true), this.exited.then(() => false)]);
  }

  listen(): void {
    const message: CommandLineMessage = { kind: "listen" };
    this.#child.send(message);
  }

  /** Asks it to end; resolves when the port is free. What it still does goes on until it is done, or its time is up. */
  async retire(): Promise<void> {
    this.signal("SIGTERM");
    await Promise.race([this.#released, this.exited]);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}
