import { readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { connectionStringOf } from "../../encore-local/src/postgres/server";

/** Everything that the running server of a data folder has stored, of every database: each row as text, behind its table. */
export async function everyRow(dataDir: string): Promise<string[]> {
  const connectionString = connectionsTo(dataDir);
  const databases = await query<{ name: string }>(
    connectionString("postgres"),
    "SELECT datname AS name FROM pg_database WHERE NOT datistemplate",
  );
  const rows: string[] = [];
  for (const { name } of databases) rows.push(...(await rowsOf(connectionString(name))));
  return rows;
}

/** Runs statements on a database of that server. */
export async function execute(dataDir: string, database: string, statements: string): Promise<void> {
  await query(connectionsTo(dataDir)(database), statements);
}

function connectionsTo(dataDir: string): (database: string) => string {
  // The fourth line of PostgreSQL's own file has its port.
  const port = Number(readFileSync(path.join(dataDir, "postgres", "postmaster.pid"), "utf8").split("\n")[3]);
  return connectionStringOf({ dataDir, port });
}

async function rowsOf(connectionString: string): Promise<string[]> {
  const tables = await query<{ name: string }>(
    connectionString,
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  const rows: string[] = [];
  for (const { name } of tables) {
    const found = await query<Record<string, unknown>>(connectionString, `SELECT * FROM ${name}`);
    rows.push(...found.map((row) => `${name}: ${JSON.stringify(row, asText)}`));
  }
  return rows;
}

/** Bytes come as a Buffer, which JSON would make a list of numbers of. */
function asText(_name: string, value: unknown): unknown {
  const bytes = value as { type?: unknown; data?: unknown } | null;
  return bytes?.type === "Buffer" ? Buffer.from(bytes.data as number[]).toString("latin1") : value;
}

async function query<T extends pg.QueryResultRow>(connectionString: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}
