import type { Client } from "pg";

/** What a migration does to instances that serve meanwhile on the schema of before, and to their requests. */
export interface Finding {
  table: string;
  /** `rewritten` and `scanned` hold up requests for as long as the table is large; the others break the code of before. */
  what: "rewritten" | "scanned" | "removed" | "column changed" | "column required" | "column removed" | "checked anew";
  column?: string;
}

interface Table {
  file: string;
  scans: number;
  checks: number;
  columns: Map<string, { type: string; required: boolean }>;
}

/**
 * Runs a migration in a transaction of its own and tells what it did to the tables that were there before. `keep` commits it;
 * else it is undone.
 */
export async function migrationFindings(client: Client, sql: string, { keep }: { keep: boolean }): Promise<Finding[]> {
  await client.query("BEGIN");
  try {
    const before = await tables(client);
    await client.query(sql);
    const after = await tables(client);
    return [...before].flatMap(([name, table]) => findingsOf(name, table, after.get(name)));
  } finally {
    await client.query(keep ? "COMMIT" : "ROLLBACK");
  }
}

function findingsOf(table: string, before: Table, after: Table | undefined): Finding[] {
  if (after === undefined) return [{ table, what: "removed" }];
  const findings: Finding[] = [];
  if (after.file !== before.file) findings.push({ table, what: "rewritten" });
  if (after.scans > before.scans) findings.push({ table, what: "scanned" });
  if (after.checks > before.checks) findings.push({ table, what: "checked anew" });
  for (const [column, { type, required }] of before.columns) {
    const now = after.columns.get(column);
    if (now === undefined) findings.push({ table, column, what: "column removed" });
    else if (now.type !== type) findings.push({ table, column, what: "column changed" });
    else if (now.required && !required) findings.push({ table, column, what: "column required" });
  }
  for (const [column, { required }] of after.columns) {
    if (required && !before.columns.has(column)) findings.push({ table, column, what: "column required" });
  }
  return findings;
}

/** As the transaction that runs sees them; scans are those of the transaction. A column with a default is not required. */
async function tables(client: Client): Promise<Map<string, Table>> {
  const { rows } = await client.query<{
    name: string;
    file: string;
    scans: number;
    checks: number;
    columns: { name: string; type: string; required: boolean }[];
  }>(
    `SELECT c.relname AS name, pg_relation_filenode(c.oid)::text AS file, COALESCE(s.seq_scan, 0)::float8 AS scans,
       (SELECT count(*) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('c', 'f', 'x'))::float8 AS checks,
       (SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
          'required', a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''))
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
     FROM pg_class c LEFT JOIN pg_stat_xact_user_tables s ON s.relid = c.oid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'`,
  );
  return new Map(
    rows.map(({ name, columns, ...table }) => [
      name,
      { ...table, columns: new Map(columns.map(({ name: column, ...about }) => [column, about])) },
    ]),
  );
}
