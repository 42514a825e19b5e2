import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Client } from "pg";
import { findBinaries } from "./binaries";
import { isAlive } from "./data-lock";
import { freePort } from "./free-port";
import { handOver, type Launcher, launcherFor } from "./unprivileged";

export interface PostgresServer {
  /** A connection string for one of its databases. */
  connectionString(database: string): string;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** Absolute; the cluster is in its folder `postgres`. Kept between starts. */
  dataDir: string;
  /** False trades safety against a power cut for speed; for tests. */
  durable: boolean;
}

const USER = "encore";
const START_TIMEOUT_MS = 30_000;

/** Starts the embedded PostgreSQL on loopback, after making its cluster if there is none yet. */
export async function startPostgres({ dataDir, durable }: PostgresOptions): Promise<PostgresServer> {
  const binaries = findBinaries();
  const cluster = path.join(dataDir, "postgres");
  const launcher = launcherFor([binaries.folder, path.dirname(cluster)]);
  const passwordFile = passwordFileOf(dataDir);
  mkdirSync(dataDir, { recursive: true });
  if (!existsSync(path.join(cluster, "PG_VERSION")))
    initialize({ initdb: binaries.initdb, cluster, passwordFile, launcher });
  handOver(cluster);
  await endStrayServer(cluster);

  const port = await freePort();
  const logFile = path.join(dataDir, "postgres.log");
  const settings = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: 200,
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  const args = ["-D", cluster, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
  const log = openSync(logFile, "a");
  // A process group of its own: Ctrl-C in the terminal is for the app, which still needs its database to shut down.
  const child = launch(binaries.postgres, args, { launcher, stdio: ["ignore", log, log], detached: true });
  closeSync(log);
  const connectionString = connectionStringOf({ dataDir, port });
  try {
    await untilReady(connectionString("postgres"), child);
  } catch (cause) {
    child.kill("SIGKILL");
    const lines = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-5).join("\n");
    throw new Error(`PostgreSQL did not start; the end of ${logFile} says:\n${lines}`, { cause });
  }
  return { connectionString, stop: () => stop(child) };
}

/** How the server of a data folder is reached on the port that it was given. */
export function connectionStringOf({ dataDir, port }: { dataDir: string; port: number }): (database: string) => string {
  const password = readFileSync(passwordFileOf(dataDir), "utf8");
  return (database) =>
    `postgresql://${USER}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}?sslmode=disable`;
}

function passwordFileOf(dataDir: string): string {
  return path.join(dataDir, "postgres-password");
}

interface ClusterOptions {
  initdb: string;
  cluster: string;
  passwordFile: string;
  launcher: Launcher;
}

function initialize({ initdb, cluster, passwordFile, launcher }: ClusterOptions): void {
  rmSync(cluster, { recursive: true, force: true });
  mkdirSync(cluster, { recursive: true, mode: 0o700 });
  handOver(cluster);
  const password = randomBytes(24).toString("base64url");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  // The program that reads it may run as another user, so it gets a copy inside the cluster's own folder's parent.
  const copy = path.join(path.dirname(cluster), "initdb-password");
  mkdirSync(copy, { recursive: true, mode: 0o700 });
  const file = path.join(copy, "password");
  writeFileSync(file, password, { mode: 0o600 });
  handOver(copy);
  try {
    const args = [
      "-D",
      cluster,
      "-U",
      USER,
      "-A",
      "scram-sha-256",
      "--pwfile",
      file,
      "-E",
      "UTF8",
      "--locale=C",
      "--no-sync",
    ];
    const result = spawnSync(...command(initdb, args, launcher));
    if (result.status !== 0) {
      rmSync(cluster, { recursive: true, force: true });
      throw new Error(`PostgreSQL's initdb failed: ${result.error?.message ?? result.stderr.toString().trim()}`);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  chmodSync(cluster, 0o700);
}

/** A server whose parent was killed still holds the cluster; a file that names a process of long ago holds it, too. */
export async function endStrayServer(cluster: string): Promise<void> {
  const file = path.join(cluster, "postmaster.pid");
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, "utf8").split("\n")[0]);
  if (isServerOf(pid, cluster)) {
    process.kill(pid, "SIGINT");
    await until(() => !isAlive(pid), `the PostgreSQL server that was left behind (process ${pid}) does not end`);
  }
  rmSync(file, { force: true });
}

/** Whether the process is a PostgreSQL server of that cluster. */
export function isServerOf(pid: number, cluster: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return false;
  const { stdout } = spawnSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" });
  // Without ps, the kernel's own list; without that, a process that is alive counts as the server.
  const args = stdout || (existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : cluster);
  return args.includes(cluster);
}

/** Waits for the programs' first answer, which also tells that the password is right. */
async function untilReady(connectionString: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
    const client = new Client({ connectionString });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Fast shutdown: connections are ended, everything is on disk. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGINT");
  await ended;
}

interface LaunchOptions {
  launcher: Launcher;
  stdio: ["ignore", number, number];
  detached: boolean;
}

function launch(program: string, args: string[], { launcher, stdio, detached }: LaunchOptions): ChildProcess {
  const [file, fileArgs, options] = command(program, args, launcher);
  return spawn(file, fileArgs, { ...options, stdio, detached });
}

function command(program: string, args: string[], { prefix, uid, gid }: Launcher): [string, string[], CommandOptions] {
  const [file = program, ...rest] = [...prefix, program, ...args];
  // C: what the programs print is read here. A folder that everyone may enter: theirs may not be.
  return [
    file,
    rest,
    {
      cwd: "/",
      env: { PATH: process.env.PATH ?? "", LC_ALL: "C", TZ: "UTC" },
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    },
  ];
}

interface CommandOptions {
  cwd: string;
  env: Record<string, string>;
  uid?: number;
  gid?: number;
}

async function until(condition: () => boolean, message: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(message);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
