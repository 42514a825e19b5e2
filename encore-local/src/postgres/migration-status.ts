import { Client } from "pg";
import type { MigrateOptions } from "./migrate";
import { readMigrations } from "./migrations";

export interface MigrationStatus {
  number: number;
  file: string;
  /** Milliseconds since 1970; absent while it waits to be applied. */
  appliedAt?: number;
  /** What is wrong with one that was applied. */
  fault?: "changed" | "gone";
}

interface AppliedRow {
  number: number;
  file: string;
  checksum: string;
  applied_at: Date;
}

/** What was applied to a database and what its folder has beyond it, by number. Changes nothing. */
export async function migrationStatus({
  connectionString,
  folder,
  source,
}: MigrateOptions): Promise<MigrationStatus[]> {
  const files = readMigrations(folder, source);
  const applied = await appliedRows(connectionString);
  const known = applied.map(({ number, file, checksum, applied_at }): MigrationStatus => {
    const now = files.find((migration) => migration.number === number);
    const fault = now === undefined ? "gone" : now.checksum === checksum ? undefined : "changed";
    return { number, file, appliedAt: applied_at.getTime(), ...(fault === undefined ? {} : { fault }) };
  });
  const pending = files.filter(({ number }) => !applied.some((row) => row.number === number));
  return [...known, ...pending.map(({ number, file }) => ({ number, file }))].sort((a, b) => a.number - b.number);
}

async function appliedRows(connectionString: string): Promise<AppliedRow[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    const { rows: tables } = await client.query("SELECT 1 FROM pg_tables WHERE tablename = 'encore_local_migrations'");
    if (tables.length === 0) return [];
    const query = "SELECT number::float8, file, checksum, applied_at FROM encore_local_migrations ORDER BY number";
    return (await client.query<AppliedRow>(query)).rows;
  } finally {
    await client.end();
  }
}
