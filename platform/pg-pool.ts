import pg from "pg";
import { z } from "zod";
import { db } from "../database";
import { databaseFailure } from "./database-errors";

const MAX_CONNECTIONS = 10;
/** How long somebody waits for a connection, new or one that another gives back. */
const CONNECTION_TIMEOUT_MS = 15_000;

/**
 * How long somebody waits for the answer to one statement. It is for a database, or a way to it, that has stopped to answer
 * and would be waited for without end: far longer than the longest work that is meant takes, which is to bring an import of
 * the largest tree into a project, or to look through everything for what nothing refers to.
 */
const environment = z.object({
  DATABASE_TIMEOUT_SECONDS: z.coerce.number().positive().default(300),
});

let pool: pg.Pool | undefined;

/**
 * Connections for what Encore's SQL client cannot do: COPY, arrays of bytes, streams. Made on first use; idle connections
 * are closed after a while and do not keep the process alive.
 */
export function pgPool(): pg.Pool {
  if (pool === undefined) {
    pool = new pg.Pool({
      connectionString: db.connectionString,
      max: MAX_CONNECTIONS,
      connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
      query_timeout: environment.parse(process.env).DATABASE_TIMEOUT_SECONDS * 1_000,
      keepAlive: true,
      allowExitOnIdle: true,
    });
    // A connection that breaks while idle is replaced by the pool; whoever uses one next gets a working one.
    pool.on("error", () => undefined);
    // One that breaks in somebody's hands fails their statement; that it says so as well must not end the process.
    pool.on("connect", (client) => client.on("error", () => undefined));
  }
  return pool;
}

const names = new Map<string, string>();

/**
 * A statement that each connection parses and plans once, for what most requests run: planning takes as long as running does
 * where a row is looked up by its key. Where the best plan depends on how much is given, `few` says that it is little; else
 * the statement is planned each time.
 */
export function prepared(text: string, values: unknown[], { few = true }: { few?: boolean } = {}): pg.QueryConfig {
  if (!few) return { text, values };
  const name = names.get(text) ?? `prepared_${names.size}`;
  names.set(text, name);
  return { name, text, values };
}

/** Runs `work` in a transaction: committed when it returns, rolled back when it throws. */
export async function inTransaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pgPool().connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    // On a connection that does not answer, nobody would answer this either; PostgreSQL rolls back what is cut off.
    if (databaseFailure(error)?.reason === "database_unavailable") broken = error as Error;
    else {
      await client.query("ROLLBACK").catch((failure: Error) => {
        // The connection is of no further use; the first error is the one that tells.
        broken = failure;
      });
    }
    throw error;
  } finally {
    client.release(broken);
  }
}
