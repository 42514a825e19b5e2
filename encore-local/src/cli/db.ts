import path from "node:path";
import { prepareDatabases } from "../app-process/prepare-databases";
import { formatDiagnostics } from "../model/format-diagnostics";
import { readApp } from "../model/read-app";
import type { AppModel } from "../model/types";
import { dropDatabase } from "../postgres/databases";
import { reachServer } from "../postgres/running-server";
import type { PostgresServer } from "../postgres/server";
import { type Command, parseCommandArgs, requireAppRoot, UsageError } from "./command";
import { sqlShell } from "./sql-shell";

export const dbCommand: Command = {
  name: "db",
  summary: "opens, names or empties the app's databases",
  help: `encore-local db COMMAND [options]

  db shell [NAME]       a prompt for SQL; statements end with ';'. Reads from a pipe as well
  db conn-uri [NAME]    prints the connection string. While no app runs, the database is served until Ctrl-C
  db reset [NAME ...]   empties databases and applies all migrations again

NAME may be left out when the app has one database. While the app runs, its server is used.

  --all                 resets all databases
  --data-dir DIR        where the database lives; .encore-local in the app's folder
`,
  async run(args) {
    const { values, positionals } = parseCommandArgs({
      args,
      allowPositionals: true,
      options: { "data-dir": { type: "string" }, all: { type: "boolean", default: false } },
    });
    const [name, ...names] = positionals;
    const work = WORK[name ?? ""];
    if (work === undefined) throw new UsageError("tell what to do: db shell, db conn-uri or db reset");
    const root = requireAppRoot();
    const { model, diagnostics } = readApp(root);
    if (diagnostics.length > 0) {
      process.stderr.write(formatDiagnostics(diagnostics, root));
      return 1;
    }
    requireKnown(model, names);
    if (name === "reset") requireChoice(model, { names, all: values.all });
    else if (values.all) throw new UsageError("--all is for db reset");
    const dataDir = path.resolve(values["data-dir"] ?? path.join(root, ".encore-local"));
    const { server, started } = await reachServer(dataDir);
    try {
      return await work({ model, names, server, started });
    } finally {
      await server.stop();
    }
  },
};

interface Work {
  model: AppModel;
  names: string[];
  server: PostgresServer;
  /** Whether the server runs for this command alone. */
  started: boolean;
}

const WORK: Record<string, (work: Work) => Promise<number>> = { shell, "conn-uri": connUri, reset };

async function shell({ model, names, server }: Work): Promise<number> {
  const name = oneDatabase(model, names);
  await prepareDatabases({ server, model });
  return await sqlShell({ connectionString: server.connectionString(name), database: name });
}

async function connUri({ model, names, server, started }: Work): Promise<number> {
  const name = oneDatabase(model, names);
  await prepareDatabases({ server, model });
  console.log(server.connectionString(name));
  if (!started) return 0;
  console.error("No app is running; the database is served until you press Ctrl-C.");
  await untilInterrupted();
  return 0;
}

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    // Waiting for signals alone does not keep a process alive.
    const idle = setInterval(() => {}, 60_000);
    const end = (): void => {
      clearInterval(idle);
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
  });
}

async function reset({ model, names, server }: Work): Promise<number> {
  const chosen = names.length === 0 ? model.databases.map(({ name }) => name) : names;
  for (const name of chosen) await dropDatabase(server, name);
  await prepareDatabases({ server, model });
  console.error(`emptied, with all migrations applied: ${chosen.join(", ")}`);
  return 0;
}

function requireKnown({ databases }: AppModel, names: string[]): void {
  const known = databases.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`there is no database '${unknown}'; the app has ${known.join(", ") || "none"}`);
  }
}

/** What is emptied does not come back: of several databases each must be meant. */
function requireChoice({ databases }: AppModel, { names, all }: { names: string[]; all: boolean }): void {
  if (all && names.length > 0) throw new UsageError("name databases, or give --all");
  if (all || names.length > 0 || databases.length === 1) return;
  const known = databases.map(({ name }) => name).join(", ");
  throw new UsageError(known === "" ? "the app has no database" : `name databases of ${known}, or give --all`);
}

function oneDatabase({ databases }: AppModel, names: string[]): string {
  const known = databases.map(({ name }) => name);
  const [only, ...more] = names.length > 0 ? names : known;
  if (only === undefined) throw new UsageError("the app has no database");
  if (more.length > 0) throw new UsageError(`name one database of ${known.join(", ")}`);
  return only;
}
