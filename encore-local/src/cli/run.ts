import { createServer } from "node:net";
import type { AppBuild } from "../app-process/build-app";
import { prepareDatabases } from "../app-process/prepare-databases";
import { Supervisor } from "../app-process/supervisor";
import { watchApp } from "../app-process/watch";
import { Explorer } from "../explorer/explorer";
import type { AppModel } from "../model/types";
import { lockDataFolder } from "../postgres/data-lock";
import { givenServer } from "../postgres/given-server";
import { type PostgresServer, startPostgres } from "../postgres/server";
import type { RuntimeConfig } from "../runtime/config";
import { missingSecrets } from "../secrets/load";
import { type Command, UsageError } from "./command";
import { type RunOptions, readRunOptions } from "./run-options";

const SHUTDOWN_TIMEOUT_MS = 10_000;
const CONNECTIONS_PER_DATABASE = 30;

export const runCommand: Command = {
  name: "run",
  summary: "serves the app, and what it becomes while you change it",
  help: `encore-local run [options]

Serves the app with an embedded PostgreSQL until it is stopped (Ctrl-C). After a change of the source, of encore.app, of a
migration or of the secrets it serves the new version; while that does not compile or start, the one before.

  --port N            where the API is served; 4000
  --host ADDRESS      the address to listen on; 127.0.0.1
  --data-dir DIR      where the database lives; .encore-local in the app's folder
  --secrets FILE      values of secrets; .secrets.local.cue in the app's folder
  --cron              runs cron jobs, too; they are off unless asked for
  --no-watch          goes on with the version that it began with
  --explorer-port N   where the API explorer is served, to this machine only; 9400, and 0 for none
  --no-explorer       serves none
  --log-format FORM   text or json; text
  --log-level LEVEL   trace, debug, info, warn or error; trace

ENCORE_SQLDB_HOST (host:port), ENCORE_SQLDB_USER and ENCORE_SQLDB_PASSWORD name a PostgreSQL server to use in place of the
embedded one.
`,
  async run(args) {
    const options = readRunOptions(args);
    await requireFreePort(options);
    return await serve(options);
  },
};

async function requireFreePort({ host, port }: RunOptions): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(port, host, resolve);
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    throw new UsageError(
      `port ${port} is in use; stop what listens there (fuser -k ${port}/tcp), or choose another with --port`,
    );
  });
  await new Promise((resolve) => probe.close(resolve));
}

/** Brings up what the app needs, runs it, and takes everything down again. Gives the exit code. */
async function serve(options: RunOptions): Promise<number> {
  const unlock = lockDataFolder(options.dataDir);
  // The database starts while the app is read and built.
  const starting = startDatabase(options);
  // Its failure is told where it is waited for.
  starting.catch(() => {});
  const explorer = await startExplorer(options);
  const announce = announcer(options, explorer);
  const supervisor = new Supervisor({
    root: options.root,
    secretsFile: options.secretsFile,
    config: { ...configOf(options), recordActivity: explorer !== undefined },
    prepareDatabases: async ({ model }) => withPool(await prepareDatabases({ server: await starting, model })),
    announce: (build, databases) => {
      announce(build);
      explorer?.served({ ...build, databases });
    },
    onFailure: (message) => explorer?.failed(message),
    onActivity: (report, process) => explorer?.record(report, process),
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => supervisor.stop(signal));
  // Watching begins before the source is read, so that no change falls in between.
  const watching = options.watch ? watchApp({ ...options, onChange: () => supervisor.update() }) : undefined;
  watching?.catch(() => {});
  try {
    await watching;
    await supervisor.start(await supervisor.build());
    return await supervisor.ended;
  } finally {
    const [watcher] = await Promise.allSettled([watching]);
    if (watcher.status === "fulfilled") await watcher.value?.();
    await supervisor.dispose();
    await explorer?.close();
    await stopServer(starting);
    unlock();
  }
}

/** Undefined when there is to be none, or when its port is taken: that must not keep the app from being served. */
async function startExplorer({ explorerPort, host, port, cron }: RunOptions): Promise<Explorer | undefined> {
  if (explorerPort === undefined) return undefined;
  const app = { url: apiBaseUrl({ host: reachable(host), port }), host: reachable(host), port };
  const explorer = new Explorer({ port: explorerPort, app, cron });
  try {
    await explorer.listen();
    return explorer;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    console.error(`warning: no API explorer: ${code === "EADDRINUSE" ? `port ${explorerPort} is in use` : message}`);
    console.error("  choose another with --explorer-port N, or pass --no-explorer to be rid of this warning");
    return undefined;
  }
}

/** An address that says "all of them" is none to connect to. */
const reachable = (host: string): string => ({ "0.0.0.0": "127.0.0.1", "::": "::1" })[host] ?? host;

async function startDatabase({ dataDir }: RunOptions): Promise<PostgresServer> {
  return givenServer(process.env) ?? (await startPostgres({ dataDir, durable: true }));
}

async function stopServer(starting: Promise<PostgresServer>): Promise<void> {
  const [started] = await Promise.allSettled([starting]);
  if (started.status === "fulfilled") await started.value.stop();
}

function configOf({
  host,
  port,
  log,
  cron,
}: RunOptions): Omit<RuntimeConfig, "model" | "databases" | "recordActivity"> {
  return {
    listen: { host, port },
    apiBaseUrl: apiBaseUrl({ host, port }),
    log,
    cron,
    shutdownTimeoutMs: SHUTDOWN_TIMEOUT_MS,
  };
}

function apiBaseUrl({ host, port }: { host: string; port: number }): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function withPool(databases: Record<string, { connectionString: string }>): RuntimeConfig["databases"] {
  const sized = Object.entries(databases).map(
    ([name, database]) => [name, { ...database, maxConnections: CONNECTIONS_PER_DATABASE }] as const,
  );
  return Object.fromEntries(sized);
}

/** Tells where the app is served, once, and which secrets are missing, whenever they are others than before. */
function announcer(options: RunOptions, explorer: Explorer | undefined): (build: AppBuild) => void {
  let told: string | undefined;
  return ({ model, secrets }) => {
    const missing = missingSecrets(model, secrets).join(", ");
    if (missing !== "" && missing !== told) {
      console.error(`warning: secrets not defined: ${missing}`);
      console.error(`  set one by a line such as ${missing.split(",")[0]}: "value" in ${options.secretsFile}`);
    }
    if (told === undefined) announceAddress(model, apiBaseUrl(options), explorer?.url);
    told = missing;
  };
}

function announceAddress(model: AppModel, url: string, explorerUrl: string | undefined): void {
  const open = model.services
    .flatMap((service) => service.endpoints)
    .find(({ kind, expose, auth, methods, path: segments }) => {
      return (
        kind === "typed" && expose && !auth && methods.includes("GET") && segments.every((s) => s.kind === "literal")
      );
    });
  const route = open?.path.map((segment) => (segment.kind === "literal" ? segment.value : "")).join("/");
  const lines = [
    `${model.app.name} is served at ${url}`,
    ...(route === undefined ? [] : [`try: curl ${url}/${route}`]),
    ...(explorerUrl === undefined ? [] : [`API explorer: ${explorerUrl}`]),
  ];
  console.error(`\n${lines.map((line) => `  ${line}\n`).join("")}`);
}
