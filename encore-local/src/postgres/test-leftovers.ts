import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { isAlive, LOCK_FILE } from "./data-lock";
import { dropDatabase } from "./databases";
import { endStrayServer, type PostgresServer } from "./server";
import { physicalPart } from "./template";

/** How a run of tests is called while it is connected to a server. */
const runName = (run: string): string => `encore-local-test-${run}`;

/** The beginning of the folder of a run that has a server of its own. */
export const SCRATCH_PREFIX = "encore-local-test-run-";

/**
 * Connects as this run for as long as it lasts, so that others can tell its databases from those that a run left behind
 * which was killed. Drops the latter. Gives the function that ends the connection.
 */
export async function announceRun(
  server: PostgresServer,
  { run, databases }: { run: string; databases: string[] },
): Promise<() => Promise<void>> {
  const connectionString = server.connectionString("postgres");
  const client = new Client({ connectionString, application_name: runName(run) });
  // The server may go away before this does.
  client.on("error", () => {});
  await client.connect();
  const { rows } = await client.query<{ datname: string }>("SELECT datname FROM pg_database");
  const { rows: connected } = await client.query<{ application_name: string }>(
    "SELECT application_name FROM pg_stat_activity WHERE application_name IS NOT NULL",
  );
  const alive = new Set(connected.map(({ application_name }) => application_name));
  const ours = new Set(databases.map(physicalPart));
  for (const { datname } of rows) {
    const [, name = "", owner = ""] = /^(.*)_(?:test|building)_([0-9a-f]{8})(?:_\d+)?$/.exec(datname) ?? [];
    if (ours.has(name) && !alive.has(runName(owner))) await dropDatabase(server, datname);
  }
  return () => client.end();
}

/** Ends the servers, and removes the folders, of runs that were killed. */
export async function removeAbandonedServers(): Promise<void> {
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(SCRATCH_PREFIX));
  for (const folder of folders.map((name) => path.join(tmpdir(), name))) {
    const lock = path.join(folder, LOCK_FILE);
    if (!existsSync(lock) || statSync(lock).uid !== process.getuid?.()) continue;
    if (isAlive(Number(readFileSync(lock, "utf8")))) continue;
    await endStrayServer(path.join(folder, "postgres"));
    rmSync(folder, { recursive: true, force: true });
  }
}
