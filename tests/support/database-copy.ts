import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { migrate } from "../../encore-local/src/postgres/migrate";

/** A database's rows of one moment, as pg_dump takes them: by table, in COPY's form. */
export type DatabaseCopy = Map<string, Buffer>;

const MIGRATIONS = fileURLToPath(new URL("../../migrations", import.meta.url));

export async function copyDatabase(connectionString: string): Promise<DatabaseCopy> {
  return await connected(connectionString, async (client) => {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const copy: DatabaseCopy = new Map();
    for (const table of await tablesOf(client))
      copy.set(table, await buffer(client.query(copyTo(`COPY ${table} TO STDOUT`))));
    await client.query("COMMIT");
    return copy;
  });
}

/** Makes the database on another server, with the tables that the migrations make and the rows of the copy. */
export async function restoreDatabase(
  connectionString: (database: string) => string,
  copy: DatabaseCopy,
): Promise<void> {
  await connected(connectionString("postgres"), (client) => client.query("CREATE DATABASE vaporform"));
  await migrate({ connectionString: connectionString("vaporform"), folder: MIGRATIONS });
  await connected(connectionString("vaporform"), async (client) => {
    // Neither triggers nor references are looked at, as in pg_restore, which makes them behind the rows.
    await client.query("SET session_replication_role = replica");
    await client.query(`TRUNCATE ${[...copy.keys()].join(", ")}`);
    for (const [table, rows] of copy)
      await pipeline(Readable.from([rows]), client.query(copyFrom(`COPY ${table} FROM STDIN`)));
    for (const table of copy.keys()) await goOnCounting(client, table);
  });
}

async function tablesOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT quote_ident(relname) AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relpersistence = 'p' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

/** Identities go on behind the rows. */
async function goOnCounting(client: pg.Client, table: string): Promise<void> {
  const { rows } = await client.query<{ column: string }>(
    `SELECT quote_ident(attname) AS column FROM pg_attribute WHERE attrelid = $1::regclass AND attidentity <> ''`,
    [table],
  );
  for (const { column } of rows) {
    await client.query(
      `SELECT setval(pg_get_serial_sequence($1, $2), (SELECT 1 + COALESCE(max(${column}), 0) FROM ${table}), false)`,
      [table, column],
    );
  }
}

async function connected<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
