import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openSeam } from "../app-process/seam";
import { writeGenerated } from "../gen/write";
import { formatDiagnostics } from "../model/format-diagnostics";
import { readApp } from "../model/read-app";
import { checkSql } from "../model/sql-syntax";
import type { AppModel } from "../model/types";
import { lockDataFolder } from "../postgres/data-lock";
import { givenServer } from "../postgres/given-server";
import { type PostgresServer, startPostgres } from "../postgres/server";
import { ensureTemplate } from "../postgres/template";
import { TestClones } from "../postgres/test-clones";
import { announceRun, removeAbandonedServers, SCRATCH_PREFIX } from "../postgres/test-leftovers";
import { RUNTIME_LIB_VARIABLE } from "../runtime/config";
import { loadSecrets } from "../secrets/load";
import { type Command, requireAppRoot } from "./command";
import { execute } from "./execute";

const CONNECTIONS_PER_PROCESS = 10;

export const testCommand: Command = {
  name: "test",
  summary: "runs the app's tests with a database of their own",
  help: `encore-local test [-- COMMAND ...]

Runs COMMAND (vitest run, unless told) with NODE_ENV=test and a runtime for encore.dev. Each process that runs tests gets a
copy of the migrated databases for itself, so that test files that run at once do not meet; the copies go away afterwards.
Arguments behind the command are passed on. Secrets come from .secrets.test.cue, if there is one; those of
.secrets.local.cue are not for tests.

ENCORE_SQLDB_HOST (host:port), ENCORE_SQLDB_USER and ENCORE_SQLDB_PASSWORD name a PostgreSQL server to use in place of an
embedded one that lives as long as the run.

Where ENCORE_RUNTIME_LIB is set already, as under Encore's own 'encore test', COMMAND is run as it is.
`,
  async run(args) {
    const command = args[0] === "--" ? args.slice(1) : args;
    const [program = "vitest", ...programArgs] = command.length === 0 ? ["vitest", "run"] : command;
    if (process.env[RUNTIME_LIB_VARIABLE] !== undefined) return await execute(program, programArgs, process.env);
    const root = requireAppRoot();
    const { model, diagnostics: found, statements } = readApp(root);
    const diagnostics = [...found, ...(await checkSql(statements))];
    if (diagnostics.length > 0) {
      process.stderr.write(formatDiagnostics(diagnostics, root));
      return 1;
    }
    writeGenerated(model);
    return await withTestDatabases(model, async (folder) => {
      const seam = openSeam(
        {
          model,
          listen: { host: "127.0.0.1", port: 0 },
          apiBaseUrl: "http://127.0.0.1:0",
          databases: {},
          testDatabases: { folder, maxConnections: CONNECTIONS_PER_PROCESS },
          log: { format: "text", level: "error" },
          cron: false,
          recordActivity: false,
          shutdownTimeoutMs: 5_000,
        },
        loadSecrets(path.join(root, ".secrets.test.cue")),
      );
      try {
        return await execute(program, programArgs, { ...seam.env, NODE_ENV: "test" });
      } finally {
        seam.dispose();
      }
    });
  },
};

/** A server for this run, or the given one, with copies of the migrated databases for the processes that run tests. */
async function withTestDatabases(model: AppModel, work: (folder: string) => Promise<number>): Promise<number> {
  if (model.databases.length === 0) return await work("");
  await removeAbandonedServers();
  const scratch = mkdtempSync(path.join(tmpdir(), SCRATCH_PREFIX));
  const unlock = lockDataFolder(scratch);
  const given = givenServer(process.env);
  const server = given ?? (await startPostgres({ dataDir: scratch, durable: false }));
  try {
    return await withClones({ model, server, drop: given !== undefined }, scratch, work);
  } finally {
    await server.stop();
    unlock();
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface ClonesOptions {
  model: AppModel;
  server: PostgresServer;
  /** Whether the server stays, so that copies must be dropped one by one. */
  drop: boolean;
}

async function withClones(
  { model, server, drop }: ClonesOptions,
  scratch: string,
  work: (folder: string) => Promise<number>,
): Promise<number> {
  const run = randomBytes(4).toString("hex");
  const leave = await announceRun(server, { run, databases: model.databases.map(({ name }) => name) });
  const folder = path.join(scratch, "copies");
  mkdirSync(folder);
  try {
    const templates: Record<string, string> = {};
    for (const database of model.databases) templates[database.name] = await ensureTemplate(server, { database, run });
    const clones = new TestClones({ server, templates, folder, run });
    try {
      return await work(folder);
    } finally {
      await clones.dispose({ drop });
    }
  } finally {
    await leave();
  }
}
