import type { PoolClient } from "pg";
import { DomainError } from "../platform/errors";
import type { StoredContent } from "./contents";
import { ENTRY_COLUMNS, type EntryRow } from "./entry";

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

/** Writes files and symlinks, each path once; `created` tells where there was nothing. */
export async function putRows(
  client: PoolClient,
  { projectId, rows }: { projectId: string; rows: FileRow[] },
): Promise<(EntryRow & { created: boolean })[]> {
  if (rows.length === 0) return [];
  const { rows: written } = await client.query<EntryRow & { created: boolean }>(
    `INSERT INTO vfs_entries AS e (project_id, path, kind, executable, size, hash, content_id, link_target)
     SELECT $1, w.path, w.kind, COALESCE(w.executable, o.executable, false), w.size, w.hash, w.content_id, w.link_target
     FROM unnest($2::text[], $3::text[], $4::bool[], $5::bigint[], $6::text[], $7::uuid[], $8::text[])
       AS w (path, kind, executable, size, hash, content_id, link_target)
     LEFT JOIN vfs_entries o ON o.project_id = $1 AND o.path = w.path
     ON CONFLICT (project_id, path) DO UPDATE SET kind = EXCLUDED.kind, executable = EXCLUDED.executable,
       size = EXCLUDED.size, hash = EXCLUDED.hash, content_id = EXCLUDED.content_id, link_target = EXCLUDED.link_target,
       version = e.version + 1, updated_at = now()
     -- Only a row that was there before has been locked.
     RETURNING ${ENTRY_COLUMNS}, xmax = 0 AS created`,
    [
      projectId,
      rows.map(({ path }) => path),
      rows.map(({ kind }) => kind),
      rows.map(({ executable }) => executable),
      rows.map(({ content }) => content?.size ?? 0),
      rows.map(({ content }) => content?.hash ?? null),
      rows.map(({ content }) => content?.id ?? null),
      rows.map(({ target }) => target),
    ],
  );
  return written;
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
