import { readdirSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";

/** By the database's Encore name. */
export type TestDatabases = Record<string, { connectionString: string }>;

/** Files of the folder where `encore-local test` offers copies of the app's databases. */
export const READY = "ready-";
export const TAKEN = "taken-";
export const FAILED = "failed";

/** Names what a process took, for the processes that it starts: they share its databases. */
export const TAKEN_VARIABLE = "ENCORE_LOCAL_TEST_DATABASES";

const WAIT_MS = 10;
const TIMEOUT_MS = 60_000;

/**
 * Takes a copy of the app's databases for this process. Nothing is awaited: an app names its databases while its modules
 * are loaded, and may ask for a connection string at once.
 */
export function takeTestDatabases(folder: string, env: NodeJS.ProcessEnv): TestDatabases {
  const file = env[TAKEN_VARIABLE] ?? takeOne(folder);
  env[TAKEN_VARIABLE] = file;
  return JSON.parse(readFileSync(file, "utf8")) as TestDatabases;
}

function takeOne(folder: string): string {
  const deadline = Date.now() + TIMEOUT_MS;
  while (Date.now() < deadline) {
    const files = readdirSync(folder);
    if (files.includes(FAILED)) {
      throw new Error(`No copy of the test database could be made: ${readFileSync(path.join(folder, FAILED), "utf8")}`);
    }
    for (const file of files.filter((name) => name.startsWith(READY))) {
      const mine = take(folder, file);
      if (mine !== undefined) return mine;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
  }
  throw new Error(
    "No copy of the test database was ready in time. Is the 'encore-local test' that started this still there?",
  );
}

/** Undefined when another process was faster. */
function take(folder: string, file: string): string | undefined {
  const taken = path.join(folder, `${TAKEN}${file.slice(READY.length)}-${process.pid}`);
  try {
    renameSync(path.join(folder, file), taken);
    return taken;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
