import path from "node:path";
import { Client, DatabaseError } from "pg";
import { inAnyOrder, type Migration, MigrationError, type MigrationsSource, readMigrations } from "./migrations";

/** Any number will do, as long as nothing else in the database takes an advisory lock of it. */
const LOCK = 4_202_311;

const TABLE = `CREATE TABLE IF NOT EXISTS encore_local_migrations (
  number BIGINT PRIMARY KEY, file TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL DEFAULT now())`;

interface Applied {
  number: number;
  file: string;
  checksum: string;
}

export interface MigrateOptions {
  connectionString: string;
  /** Absolute path of the folder with N_name.up.sql, or another layout. */
  folder: string;
  source?: MigrationsSource;
}

/**
 * Brings a database up to date: each migration once, in order, in a transaction of its own, one process at a time. Gives
 * the files that were applied now. Throws `MigrationError` when what was applied before is not what the folder holds.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const { connectionString, folder, source = "sequential" } = options;
  const migrations = readMigrations(folder, source);
  const client = new Client({ connectionString });
  await client.connect();
  try {
    // Held until the connection ends.
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
    await client.query(TABLE);
    const { rows } = await client.query<Applied>(
      "SELECT number::float8, file, checksum FROM encore_local_migrations ORDER BY number",
    );
    const pending = pendingMigrations(migrations, rows, source);
    for (const migration of pending) await apply(client, migration, folder);
    return pending.map(({ file }) => file);
  } finally {
    await client.end();
  }
}

/** What is left to apply, once what was applied is found to be unchanged. */
export function pendingMigrations(
  migrations: Migration[],
  applied: Applied[],
  source: MigrationsSource = "sequential",
): Migration[] {
  const last = applied.at(-1)?.number ?? 0;
  for (const { number, file, checksum } of applied) {
    const migration = migrations.find((candidate) => candidate.number === number);
    if (migration === undefined) {
      throw new MigrationError(`Migration ${number} (${file}) was applied, but its file is gone; put it back.`);
    }
    if (migration.checksum !== checksum) {
      throw new MigrationError(
        `Migration ${number} (${file}) was applied with other contents; undo the change and add migration ${last + 1}.`,
      );
    }
  }
  const pending = migrations.filter(({ number }) => !applied.some((row) => row.number === number));
  const late = inAnyOrder(source) ? undefined : pending.find(({ number }) => number < last);
  if (late !== undefined) {
    throw new MigrationError(
      `Migration ${late.number} (${late.file}) comes before ${last}, which was applied already; give it the number ${last + 1}.`,
    );
  }
  return pending;
}

async function apply(client: Client, { number, file, sql, checksum }: Migration, folder: string): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(sql);
    await client.query("INSERT INTO encore_local_migrations (number, file, checksum) VALUES ($1, $2, $3)", [
      number,
      file,
      checksum,
    ]);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    const place = error instanceof DatabaseError ? lineOf(sql, error.position) : "";
    const message = error instanceof Error ? error.message : String(error);
    throw new MigrationError(`${path.join(folder, file)}${place}: ${message}. Nothing of it was applied.`, {
      cause: error,
    });
  }
}

/** `:12` for the line that PostgreSQL's position, in characters from 1, lies in. */
function lineOf(sql: string, position: string | undefined): string {
  return position === undefined ? "" : `:${sql.slice(0, Number(position)).split("\n").length}`;
}
