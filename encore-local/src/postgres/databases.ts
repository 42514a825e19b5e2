import { Client, escapeIdentifier } from "pg";
import type { PostgresServer } from "./server";

export async function withClient<T>(connectionString: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Creates the database unless it is there. */
export async function ensureDatabase(server: PostgresServer, name: string): Promise<void> {
  await withClient(server.connectionString("postgres"), async (client) => {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${escapeIdentifier(name)}`);
  });
}

/** A new database with everything that the template holds. */
export async function cloneDatabase(server: PostgresServer, names: { template: string; name: string }): Promise<void> {
  await withClient(server.connectionString("postgres"), async (client) => {
    await client.query(
      `CREATE DATABASE ${escapeIdentifier(names.name)} TEMPLATE ${escapeIdentifier(names.template)} STRATEGY FILE_COPY`,
    );
  });
}

/** Removes the database, and whoever is connected to it. */
export async function dropDatabase(server: PostgresServer, name: string): Promise<void> {
  await withClient(server.connectionString("postgres"), async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
  });
}
