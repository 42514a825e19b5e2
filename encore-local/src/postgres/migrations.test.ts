import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { pendingMigrations } from "./migrate";
import { MigrationError, type MigrationsSource, readMigrations } from "./migrations";

let folder: string | undefined;
afterEach(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

async function filesOf(source: MigrationsSource, files: string[]): Promise<string[]> {
  folder = await mkdtemp(path.join(tmpdir(), "encore-local-migrations-"));
  for (const file of files) {
    await mkdir(path.join(folder, path.dirname(file)), { recursive: true });
    await writeFile(path.join(folder, file), "SELECT 1;");
  }
  return readMigrations(folder, source).map(({ file }) => file);
}

it.each<[MigrationsSource, string[], string[]]>([
  ["sequential", ["10_b.up.sql", "9_a.up.sql", "9_a.down.sql", "README.md"], ["9_a.up.sql", "10_b.up.sql"]],
  ["drizzle", ["0001_b.sql", "0000_a.sql", "meta/_journal.json"], ["0000_a.sql", "0001_b.sql"]],
  [
    "prisma",
    ["20240202101112_b/migration.sql", "20240101101112_a/migration.sql", "migration_lock.toml"],
    ["20240101101112_a/migration.sql", "20240202101112_b/migration.sql"],
  ],
  ["drizzle/v1", ["0000_a/migration.sql", "0000_a/snapshot.json", "meta/migration.sql"], ["0000_a/migration.sql"]],
])("reads the %s layout in the order of its numbers", async (source, files, expected) => {
  expect(await filesOf(source, files)).toEqual(expected);
});

it("refuses a number that is there twice", async () => {
  await expect(filesOf("sequential", ["1_a.up.sql", "1_b.up.sql"])).rejects.toThrow(MigrationError);
});

it("takes a late one where the layout names them by time", () => {
  const migration = (number: number) => ({ number, file: String(number), sql: "", checksum: "" });
  const [first, second] = [migration(1), migration(2)];
  expect(pendingMigrations([first, second], [second], "prisma")).toEqual([first]);
});
