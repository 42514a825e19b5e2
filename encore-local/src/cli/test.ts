import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { prepareDatabases } from "../app-process/prepare-databases";
import { openSeam } from "../app-process/seam";
import { writeGenerated } from "../gen/write";
import { formatDiagnostics } from "../model/format-diagnostics";
import { readApp } from "../model/read-app";
import { checkSql } from "../model/sql-syntax";
import type { AppModel } from "../model/types";
import { cloneDatabase, dropDatabase } from "../postgres/databases";
import { givenServer } from "../postgres/given-server";
import { startPostgres } from "../postgres/server";
import { RUNTIME_LIB_VARIABLE } from "../runtime/config";
import { loadSecrets } from "../secrets/load";
import { type Command, requireAppRoot } from "./command";
import { execute } from "./execute";

const CONNECTIONS_PER_WORKER = 10;

export const testCommand: Command = {
  name: "test",
  summary: "runs the app's tests with a database of their own",
  help: `encore-local test [-- COMMAND ...]

Runs COMMAND (vitest run, unless told) with NODE_ENV=test, a runtime for encore.dev, and a copy of the migrated databases that
goes away afterwards. Arguments behind the command are passed on. Secrets come from .secrets.test.cue, if there is one; those
of .secrets.local.cue are not for tests.

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
    return await withDatabases(model, async (databases) => {
      const seam = openSeam(
        {
          model,
          listen: { host: "127.0.0.1", port: 0 },
          apiBaseUrl: "http://127.0.0.1:0",
          databases,
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

type Databases = Record<string, { connectionString: string; maxConnections: number }>;

/** A server for this run, or the given one; each database is cloned from a template that has all migrations. */
async function withDatabases(model: AppModel, work: (databases: Databases) => Promise<number>): Promise<number> {
  const scratch = mkdtempSync(path.join(tmpdir(), "encore-local-test-"));
  const server = givenServer(process.env) ?? (await startPostgres({ dataDir: scratch, durable: false }));
  const suffix = randomBytes(4).toString("hex");
  const clones: string[] = [];
  try {
    const databases: Databases = {};
    await prepareDatabases({ server, model, physicalName: templateName });
    for (const { name } of model.databases) {
      const clone = `${name}_test_${suffix}`;
      await cloneDatabase(server, { template: templateName(name), name: clone });
      clones.push(clone);
      databases[name] = { connectionString: server.connectionString(clone), maxConnections: CONNECTIONS_PER_WORKER };
    }
    return await work(databases);
  } finally {
    for (const clone of clones) await dropDatabase(server, clone);
    await server.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function templateName(database: string): string {
  return `${database}_template`;
}
