import { createHash } from "node:crypto";
import { escapeIdentifier } from "pg";
import type { Database } from "../primitives/sqldb/parse";
import { dropDatabase, ensureDatabase, withClient } from "./databases";
import { migrate } from "./migrate";
import { readMigrations } from "./migrations";
import type { PostgresServer } from "./server";

/** PostgreSQL cuts names longer than 63 bytes; ours add up to 26. */
const MAX_NAME = 36;

/** The part of a physical name that tells the app's database. */
export const physicalPart = (name: string): string => name.slice(0, MAX_NAME);

const DUPLICATE_DATABASE = "42P04";

/**
 * A database that holds all migrations and that nobody is connected to, so that it can be copied: made once for each set of
 * migrations, under another name, so that no one copies a half of it. Gives its name.
 */
export async function ensureTemplate(
  server: PostgresServer,
  { database: { name, migrationsDir, migrationsSource }, run }: { database: Database; run: string },
): Promise<string> {
  const checksums =
    migrationsDir === undefined ? [] : readMigrations(migrationsDir, migrationsSource).map(({ checksum }) => checksum);
  const hash = createHash("sha256").update(checksums.join()).digest("hex").slice(0, 12);
  const template = `${physicalPart(name)}_template_${hash}`;
  if (await exists(server, template)) return template;
  const building = `${physicalPart(name)}_building_${run}`;
  await ensureDatabase(server, building);
  try {
    if (migrationsDir !== undefined) {
      await migrate({
        connectionString: server.connectionString(building),
        folder: migrationsDir,
        source: migrationsSource,
      });
    }
    await rename(server, building, template);
  } catch (error) {
    await dropDatabase(server, building);
    // Another run was faster.
    if ((error as { code?: unknown }).code !== DUPLICATE_DATABASE) throw error;
  }
  return template;
}

async function exists(server: PostgresServer, name: string): Promise<boolean> {
  return await withClient(server.connectionString("postgres"), async (client) => {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    return rowCount !== 0;
  });
}

async function rename(server: PostgresServer, from: string, to: string): Promise<void> {
  await withClient(server.connectionString("postgres"), async (client) => {
    await client.query(`ALTER DATABASE ${escapeIdentifier(from)} RENAME TO ${escapeIdentifier(to)}`);
  });
}
