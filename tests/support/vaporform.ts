import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../encore-local/src/postgres/free-port";
import { writeSecrets } from "./secrets-file";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface VaporformOptions {
  /** Kept between starts when given; else a folder of its own that goes away with `stop`. */
  dataDir?: string;
  /** Values by the secret's name. The developer's own secrets file is never read. */
  secrets?: Record<string, string>;
  /** Added to the environment, such as GITHUB_API_URL. */
  env?: Record<string, string>;
  /** Called with each line that the server prints. */
  onLine?: (line: string) => void;
  /** How long the server may take to answer for the first time. */
  startTimeoutMs?: number;
  /** The least level that is printed; all of them unless told. */
  logLevel?: "warn";
}

/** A real server in a process of its own: `encore-local run` on a free port. */
export interface Vaporform {
  url: string;
  dataDir: string;
  /** All lines printed so far. */
  lines: string[];
  pid: number;
  /** Asks the server to stop, waits until it has, and gives its exit code. Removes a data folder of its own. */
  stop(): Promise<number | null>;
  /** SIGKILL to the server and everything it started. The data folder stays. */
  kill(): Promise<void>;
}

export async function startVaporform(options: VaporformOptions = {}): Promise<Vaporform> {
  const scratch = await mkdtemp(path.join(tmpdir(), "vaporform-"));
  const dataDir = options.dataDir ?? path.join(scratch, "data");
  const secretsFile = await writeSecrets(scratch, options.secrets ?? {});
  const port = await freePort();
  const files = ["--data-dir", dataDir, "--secrets", secretsFile];
  const args = ["run", "--port", String(port), "--no-explorer", "--log-format", "json", ...files];
  if (options.logLevel !== undefined) args.push("--log-level", options.logLevel);
  const child = spawn(process.execPath, [path.join(root, "encore-local/bin/encore-local.mjs"), ...args], {
    cwd: root,
    env: { ...process.env, NODE_ENV: "", VITEST: "", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that `kill` reaches everything at once, as a power cut would.
    detached: true,
  });
  const lines: string[] = [];
  readLines(child, (line) => {
    lines.push(line);
    options.onLine?.(line);
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const url = `http://127.0.0.1:${port}`;
  const pid = child.pid;
  if (pid === undefined) throw new Error("encore-local could not be started");
  const server: Vaporform = {
    url,
    dataDir,
    lines,
    pid,
    async stop() {
      child.kill("SIGTERM");
      const code = await exited;
      await rm(scratch, { recursive: true, force: true });
      return code;
    },
    async kill() {
      if (child.exitCode === null) process.kill(-pid, "SIGKILL");
      await exited;
    },
  };
  try {
    await untilHealthy(url, exited, options.startTimeoutMs ?? 60_000);
  } catch (error) {
    await server.kill();
    throw new Error(`${(error as Error).message}; it printed:\n${lines.slice(-40).join("\n")}`, { cause: error });
  }
  return server;
}

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream?.setEncoding("utf8").on("data", (text: string) => {
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      for (const line of parts) onLine(line);
    });
  }
}

async function untilHealthy(url: string, exited: Promise<number | null>, timeoutMs: number): Promise<void> {
  let gone: string | undefined;
  void exited.then((code) => {
    gone = `the server ended with code ${code} before it answered`;
  });
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (gone !== undefined) throw new Error(gone);
    const healthy = await fetch(`${url}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (healthy) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the server did not answer within ${timeoutMs} ms`);
}
