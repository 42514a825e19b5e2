import type { PoolClient } from "pg";
import { DomainError } from "../platform/errors";
import { prepared } from "../platform/pg-pool";
import type { StoredContent } from "./contents";
import { ENTRY_COLUMNS, type EntryRow } from "./entry";
import type { TreeChange } from "./tree";

// The statements that change rows of a tree. All of them run inside `changeTree`.

interface Paths {
  projectId: string;
  paths: string[];
}

export interface FileRow {
  path: string;
  kind: "file" | "symlink";
  /** Null keeps what is there. */
  executable: boolean | null;
  /** Null for a symlink. */
  content: StoredContent | null;
  /** What a symlink points to. */
  target: string | null;
}

/** SQL: a table of the parameters of `columnsOf`, which begin with `$2`. */
export const FILE_COLUMNS = `unnest($2::text[], $3::text[], $4::bool[], $5::bigint[], $6::text[], $7::uuid[], $8::text[])
  AS w (path, kind, executable, size, hash, content_id, link_target)`;

export function columnsOf(rows: readonly FileRow[]): unknown[][] {
  return [
    rows.map(({ path }) => path),
    rows.map(({ kind }) => kind),
    rows.map(({ executable }) => executable),
    rows.map(({ content }) => content?.size ?? 0),
    rows.map(({ content }) => content?.hash ?? null),
    rows.map(({ content }) => content?.id ?? null),
    rows.map(({ target }) => target),
  ];
}

/** The number that a path goes on with: a deletion does not end its history. */
const NEXT_VERSION = `CASE WHEN EXISTS (SELECT 1 FROM vfs_versions WHERE project_id = $1)
  THEN 1 + COALESCE((SELECT max(v.version) FROM vfs_versions v WHERE v.project_id = $1 AND v.path = s.path), 0) ELSE 1 END`;

/**
 * SQL that writes rows into the tree of the project `$1`. `source` is a statement that gives them, each path once: path, kind,
 * executable, size, hash, content_id and link_target. What is at a path is replaced by its next version. Rows are the alias
 * `e`; `WAS_THERE` tells whether there was one before.
 */
export function writing(source: string, { intoEmpty }: Pick<TreeChange, "intoEmpty">): string {
  const replacing = `ON CONFLICT (project_id, path) DO UPDATE SET kind = EXCLUDED.kind, executable = EXCLUDED.executable,
    size = EXCLUDED.size, hash = EXCLUDED.hash, content_id = EXCLUDED.content_id, link_target = EXCLUDED.link_target,
    version = e.version + 1, revision = EXCLUDED.revision, updated_at = now()`;
  return `INSERT INTO vfs_entries AS e
      (project_id, path, kind, executable, size, hash, content_id, link_target, version, revision)
    SELECT $1, s.path, s.kind, s.executable, s.size, s.hash, s.content_id, s.link_target, ${NEXT_VERSION},
      (SELECT revision FROM vfs_trees WHERE project_id = $1)
    FROM (${source}) s ${intoEmpty ? "" : replacing}`;
}

/** SQL: only a row that was there before has been locked. */
export const WAS_THERE = "(e.xmax <> 0)";

/** Writes files and symlinks, each path once; `created` tells where there was nothing. */
export async function putRows(
  client: PoolClient,
  { projectId, rows, change }: { projectId: string; rows: FileRow[]; change: TreeChange },
): Promise<(EntryRow & { created: boolean })[]> {
  if (rows.length === 0) return [];
  const source = `SELECT w.path, w.kind, COALESCE(w.executable, o.executable, false) AS executable, w.size, w.hash, w.content_id,
      w.link_target
    FROM ${FILE_COLUMNS} LEFT JOIN vfs_entries o ON o.project_id = $1 AND o.path = w.path`;
  const { rows: written } = await client.query<WrittenRow>(
    prepared(
      `${writing(source, change)}
     RETURNING e.path, e.executable, e.version, CASE WHEN ${WAS_THERE} THEN e.created_at END AS created_at`,
      [projectId, ...columnsOf(rows)],
      { few: rows.length === 1 },
    ),
  );
  const byPath = new Map(written.map((row) => [row.path, row]));
  return rows.map(({ path, kind, content, target }) => {
    const row = byPath.get(path);
    if (row === undefined) throw new Error(`writing '${path}' gave no row`);
    return {
      path,
      kind,
      size: String(content?.size ?? 0),
      executable: row.executable,
      hash: content?.hash ?? null,
      link_target: target,
      version: row.version,
      created_at: row.created_at ?? change.at,
      updated_at: change.at,
      created: row.created_at === null,
    };
  });
}

/** What the database decides about a row; no time where the path is new. */
interface WrittenRow {
  path: string;
  executable: boolean;
  version: number;
  created_at: Date | null;
}

/** Removes what is there, folders with everything in them. Gives the number of rows. */
export async function removeRows(client: PoolClient, { projectId, paths }: Paths): Promise<number> {
  if (paths.length === 0) return 0;
  const { rowCount } = await client.query(
    `DELETE FROM vfs_entries WHERE project_id = $1 AND path IN (
       SELECT b.path FROM unnest($2::text[]) AS w (path) CROSS JOIN LATERAL (
         SELECT e.path FROM vfs_entries e WHERE e.project_id = $1 AND e.path = w.path
         UNION ALL
         SELECT e.path FROM vfs_entries e
         WHERE e.project_id = $1 AND e.path > w.path || '/' AND e.path < w.path || '0') b)`,
    [projectId, paths],
  );
  return rowCount ?? 0;
}

/** Makes empty folders; those that are there are fine. Gives the rows that were made. Throws `path_conflict`. */
export async function makeRows(client: PoolClient, { projectId, paths }: Paths): Promise<EntryRow[]> {
  if (paths.length === 0) return [];
  const { rows } = await client.query<EntryRow>(
    `INSERT INTO vfs_entries AS e (project_id, path, kind) SELECT $1, w.path, 'directory' FROM unnest($2::text[]) AS w (path)
     WHERE NOT EXISTS (
       SELECT 1 FROM vfs_entries b WHERE b.project_id = $1 AND b.path > w.path || '/' AND b.path < w.path || '0')
     ON CONFLICT (project_id, path) DO NOTHING RETURNING ${ENTRY_COLUMNS}`,
    [projectId, paths],
  );
  const { rows: taken } = await client.query<{ path: string }>(
    "SELECT path FROM vfs_entries WHERE project_id = $1 AND path = ANY($2::text[]) AND kind <> 'directory' LIMIT 1",
    [projectId, paths],
  );
  if (taken[0] !== undefined) throw new DomainError("path_conflict", `'${taken[0].path}' is a file already`);
  return rows;
}
