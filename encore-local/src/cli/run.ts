import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import path from "node:path";
import { bundleApp } from "../app-process/bundle";
import { prepareDatabases } from "../app-process/prepare-databases";
import { openSeam } from "../app-process/seam";
import { writeGenerated } from "../gen/write";
import { formatDiagnostics } from "../model/format-diagnostics";
import { readApp } from "../model/read-app";
import type { AppModel } from "../model/types";
import { lockDataFolder } from "../postgres/data-lock";
import { givenServer } from "../postgres/given-server";
import { type PostgresServer, startPostgres } from "../postgres/server";
import type { RuntimeConfig } from "../runtime/config";
import { loadSecrets, missingSecrets } from "../secrets/load";
import { type Command, parseCommandArgs, requireAppRoot, UsageError } from "./command";

const SHUTDOWN_TIMEOUT_MS = 10_000;
const CONNECTIONS_PER_DATABASE = 30;

export const runCommand: Command = {
  name: "run",
  summary: "serves the app",
  help: `encore-local run [options]

Serves the app with an embedded PostgreSQL until it is stopped (Ctrl-C).

  --port N            where the API is served; 4000
  --host ADDRESS      the address to listen on; 127.0.0.1
  --data-dir DIR      where the database lives; .encore-local in the app's folder
  --secrets FILE      values of secrets; .secrets.local.cue in the app's folder
  --log-format FORM   text or json; text
  --log-level LEVEL   trace, debug, info, warn or error; trace

ENCORE_SQLDB_HOST (host:port), ENCORE_SQLDB_USER and ENCORE_SQLDB_PASSWORD name a PostgreSQL server to use in place of the
embedded one.
`,
  async run(args) {
    const options = readOptions(args);
    const { model, diagnostics } = readApp(options.root);
    if (diagnostics.length > 0) {
      process.stderr.write(formatDiagnostics(diagnostics, options.root));
      return 1;
    }
    const secrets = loadSecrets(options.secretsFile);
    await requireFreePort(options);
    return await serve(model, secrets, options);
  },
};

interface RunOptions {
  root: string;
  host: string;
  port: number;
  dataDir: string;
  secretsFile: string;
  log: RuntimeConfig["log"];
}

function readOptions(args: string[]): RunOptions {
  const { values } = parseCommandArgs({
    args,
    options: {
      port: { type: "string", default: "4000" },
      host: { type: "string", default: "127.0.0.1" },
      "data-dir": { type: "string" },
      secrets: { type: "string" },
      "log-format": { type: "string", default: "text" },
      "log-level": { type: "string", default: "trace" },
    },
  });
  const root = requireAppRoot();
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new UsageError(`--port ${values.port} is no port number`);
  return {
    root,
    host: values.host,
    port,
    dataDir: path.resolve(values["data-dir"] ?? path.join(root, ".encore-local")),
    secretsFile: path.resolve(values.secrets ?? path.join(root, ".secrets.local.cue")),
    log: {
      format: oneOf("--log-format", values["log-format"], ["text", "json"]),
      level: oneOf("--log-level", values["log-level"], ["trace", "debug", "info", "warn", "error"]),
    },
  };
}

function oneOf<const T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new UsageError(`${option} ${value}: it must be ${allowed.join(", ")}`);
  return found;
}

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
async function serve(model: AppModel, secrets: Record<string, string>, options: RunOptions): Promise<number> {
  const stop = new StopSignal();
  const unlock = lockDataFolder(options.dataDir);
  let server: PostgresServer | undefined;
  try {
    const starting = givenServer(process.env) ?? startPostgres({ dataDir: options.dataDir, durable: true });
    const bundling = bundleApp({ root: options.root, entry: writeGenerated(model).entry });
    const [started, bundle] = await Promise.allSettled([starting, bundling]);
    if (started.status === "rejected") throw started.reason;
    server = started.value;
    if (bundle.status === "rejected") throw bundle.reason;
    const databases = await prepareDatabases({ server, model });
    if (stop.requested) return 0;
    return await runChild({ model, secrets, options, databases, bundle: bundle.value, stop });
  } finally {
    await server?.stop();
    unlock();
  }
}

interface ChildOptions {
  model: AppModel;
  secrets: Record<string, string>;
  options: RunOptions;
  databases: Record<string, { connectionString: string }>;
  bundle: string;
  stop: StopSignal;
}

async function runChild({ model, secrets, options, databases, bundle, stop }: ChildOptions): Promise<number> {
  const { host, port, log } = options;
  const apiBaseUrl = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const seam = openSeam(
    {
      model,
      listen: { host, port },
      apiBaseUrl,
      databases: Object.fromEntries(
        Object.entries(databases).map(([name, database]) => [
          name,
          { ...database, maxConnections: CONNECTIONS_PER_DATABASE },
        ]),
      ),
      log,
      cron: false,
      shutdownTimeoutMs: SHUTDOWN_TIMEOUT_MS,
    },
    secrets,
  );
  try {
    announce({ model, secrets, apiBaseUrl, secretsFile: options.secretsFile });
    // The channel has no messages: it is how the app learns that this process was killed.
    const child = spawn(process.execPath, ["--enable-source-maps", bundle], {
      cwd: options.root,
      env: seam.env,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      // Ctrl-C goes to this process, which passes it on; the app must not get it twice.
      detached: true,
    });
    stop.passTo(child);
    const code = await new Promise<number | null>((resolve) => child.once("exit", (exitCode) => resolve(exitCode)));
    // Null: something killed it.
    return code ?? 1;
  } finally {
    seam.dispose();
  }
}

interface Announcement {
  model: AppModel;
  secrets: Record<string, string>;
  apiBaseUrl: string;
  secretsFile: string;
}

function announce({ model, secrets, apiBaseUrl, secretsFile }: Announcement): void {
  const missing = missingSecrets(model, secrets);
  if (missing.length > 0) {
    console.error(`warning: secrets not defined: ${missing.join(", ")}`);
    console.error(`  set one by a line such as ${missing[0]}: "value" in ${secretsFile}, and start again`);
  }
  const open = model.services
    .flatMap((service) => service.endpoints)
    .find(({ kind, expose, auth, methods, path: segments }) => {
      return (
        kind === "typed" && expose && !auth && methods.includes("GET") && segments.every((s) => s.kind === "literal")
      );
    });
  const route = open?.path.map((segment) => (segment.kind === "literal" ? segment.value : "")).join("/") ?? "";
  console.error(`\n  ${model.app.name} is served at ${apiBaseUrl}\n  try: curl ${apiBaseUrl}/${route}\n`);
}

/** SIGINT and SIGTERM: noted before the app runs, passed on to it while it does. */
class StopSignal {
  requested = false;
  #child: ChildProcess | undefined;

  constructor() {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        this.requested = true;
        this.#child?.kill(signal);
      });
    }
  }

  passTo(child: ChildProcess): void {
    this.#child = child;
    if (this.requested) child.kill("SIGTERM");
  }
}
