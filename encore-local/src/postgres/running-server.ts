import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { lockDataFolder } from "./data-lock";
import { givenServer } from "./given-server";
import { connectionStringOf, isServerOf, type PostgresServer, startPostgres } from "./server";

/** Lines of postmaster.pid: process id, data folder, start time, port (PostgreSQL's miscadmin.h). */
const PORT_LINE = 3;

/** The server that a running app uses, if one does. */
function runningServer(dataDir: string): PostgresServer | undefined {
  const cluster = path.join(dataDir, "postgres");
  const file = path.join(cluster, "postmaster.pid");
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, "utf8").split("\n");
  const port = Number(lines[PORT_LINE]);
  if (!isServerOf(Number(lines[0]), cluster) || !Number.isInteger(port)) return undefined;
  // The app stops it.
  return { connectionString: connectionStringOf({ dataDir, port }), stop: async () => undefined };
}

/** The server of the environment, or of the app that runs, or one that runs for as long as this command does. */
export async function reachServer(dataDir: string): Promise<{ server: PostgresServer; started: boolean }> {
  const server = givenServer(process.env) ?? runningServer(dataDir);
  if (server !== undefined) return { server, started: false };
  const unlock = lockDataFolder(dataDir);
  try {
    const own = await startPostgres({ dataDir, durable: true });
    const stop = async (): Promise<void> => {
      await own.stop();
      unlock();
    };
    return { server: { ...own, stop }, started: true };
  } catch (error) {
    unlock();
    throw error;
  }
}
