import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readMigrations } from "../../encore-local/src/postgres/migrations";
import { type Finding, migrationFindings } from "../support/migration-findings";
import { type SharedPostgres, startSharedPostgres } from "../support/postgres";

// Instances of the version before serve while a migration runs, and after it.

/** The last one that was written before there was anything to keep running. */
const LAST_OF_BEFORE = 9;
const migrations = readMigrations(fileURLToPath(new URL("../../migrations", import.meta.url)), "sequential");
let postgres: SharedPostgres;
let client: pg.Client;

beforeAll(async () => {
  postgres = await startSharedPostgres();
  client = new pg.Client({ connectionString: postgres.connectionString("postgres") });
  await client.connect();
  for (const { sql } of migrations.filter(({ number }) => number <= LAST_OF_BEFORE)) await client.query(sql);
});
afterAll(async () => {
  await client?.end();
  await postgres?.stop();
});

describe("a migration", () => {
  it.each<[string, Finding]>([
    ["ALTER TABLE imports ADD COLUMN x UUID DEFAULT gen_random_uuid()", { table: "imports", what: "rewritten" }],
    ["CREATE INDEX ON vfs_entries (hash)", { table: "vfs_entries", what: "scanned" }],
    ["UPDATE projects SET language = 'x'", { table: "projects", what: "scanned" }],
    ["ALTER TABLE projects ADD CHECK (name <> '')", { table: "projects", what: "checked anew" }],
    ["DROP TABLE import_events", { table: "import_events", what: "removed" }],
    ["ALTER TABLE import_events RENAME TO events", { table: "import_events", what: "removed" }],
    ["ALTER TABLE imports DROP COLUMN folder", { table: "imports", column: "folder", what: "column removed" }],
    [
      "ALTER TABLE imports ALTER COLUMN files TYPE BIGINT",
      { table: "imports", column: "files", what: "column changed" },
    ],
    [
      "ALTER TABLE projects ALTER COLUMN language SET NOT NULL",
      { table: "projects", column: "language", what: "column required" },
    ],
    ["ALTER TABLE projects ADD COLUMN x TEXT NOT NULL", { table: "projects", column: "x", what: "column required" }],
    [
      "ALTER TABLE projects ALTER COLUMN description DROP DEFAULT",
      { table: "projects", column: "description", what: "column required" },
    ],
  ])("is found to disturb those who serve: %s", async (sql, finding) => {
    expect(await migrationFindings(client, sql, { keep: false })).toContainEqual(finding);
  });

  it.each([
    "ALTER TABLE projects ADD COLUMN x TEXT, ADD COLUMN y INT NOT NULL DEFAULT 0",
    "CREATE TABLE fresh (id UUID PRIMARY KEY REFERENCES projects (id)); CREATE INDEX ON fresh (id)",
    "ALTER TABLE workspaces DROP CONSTRAINT workspaces_deleted_is_final",
  ])("is found to leave them alone: %s", async (sql) => {
    expect(await migrationFindings(client, sql, { keep: false })).toEqual([]);
  });

  // In their order, each on what the one before has left.
  it.each(migrations.filter(({ number }) => number > LAST_OF_BEFORE))(
    "of the app leaves those alone who serve: $file",
    async ({ sql }) => {
      expect(await migrationFindings(client, sql, { keep: true })).toEqual([]);
    },
  );
});
