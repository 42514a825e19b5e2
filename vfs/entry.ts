import { DomainError } from "../platform/errors";
import { pgPool } from "../platform/pg-pool";
import type { StoreName } from "./content-store";

/** Something in a tree, as its owner sees it. */
export interface Entry {
  path: string;
  kind: "file" | "symlink" | "directory";
  /** Bytes; 0 for what is no file. */
  size: number;
  executable: boolean;
  /** SHA-256 of the content in hexadecimal digits; the file's ETag. Absent for what is no file. */
  hash?: string;
  /** What a symlink points to, relative to its folder. */
  linkTarget?: string;
  /** Counts the writes of this path. */
  version: number;
  createdAt: string;
  updatedAt: string;
}

export interface EntryRow {
  path: string;
  kind: Entry["kind"];
  size: string;
  executable: boolean;
  hash: string | null;
  link_target: string | null;
  version: number;
  created_at: Date;
  updated_at: Date;
}

export const ENTRY_COLUMNS =
  "e.path, e.kind, e.size, e.executable, e.hash, e.link_target, e.version, e.created_at, e.updated_at";

export function toEntry(row: EntryRow): Entry {
  return {
    path: row.path,
    kind: row.kind,
    size: Number(row.size),
    executable: row.executable,
    ...(row.hash === null ? {} : { hash: row.hash }),
    ...(row.link_target === null ? {} : { linkTarget: row.link_target }),
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

export interface Location {
  projectId: string;
  path: string;
}

/** A file with where its bytes are. */
export interface FileContent {
  entry: Entry;
  hash: string;
  contentId: string;
  store: StoreName;
}

/** Throws `file_not_found`, also for a folder and a symlink. */
export async function findFile({ projectId, path }: Location): Promise<FileContent> {
  const { rows } = await pgPool().query<EntryRow & { content_id: string; store: StoreName }>(
    `SELECT ${ENTRY_COLUMNS}, e.content_id, c.store FROM vfs_entries e JOIN vfs_contents c ON c.id = e.content_id
     WHERE e.project_id = $1 AND e.path = $2`,
    [projectId, path],
  );
  const row = rows[0];
  if (row === undefined || row.hash === null) throw fileNotFound(path);
  return { entry: toEntry(row), hash: row.hash, contentId: row.content_id, store: row.store };
}

/** Any entry; a folder that exists by what is in it is one as well. Throws `file_not_found`. */
export async function findEntry({ projectId, path }: Location): Promise<Entry> {
  const { rows } = await pgPool().query<EntryRow>(
    `SELECT ${ENTRY_COLUMNS} FROM vfs_entries e WHERE e.project_id = $1 AND e.path = $2`,
    [projectId, path],
  );
  const own = rows[0];
  if (own !== undefined) return toEntry(own);
  const { rows: inside } = await pgPool().query<{ created: Date | null; updated: Date | null }>(
    `SELECT min(created_at) AS created, max(updated_at) AS updated FROM vfs_entries
     WHERE project_id = $1 AND path > $2 || '/' AND path < $2 || '0'`,
    [projectId, path],
  );
  const { created, updated } = inside[0] ?? {};
  if (!created || !updated) throw fileNotFound(path);
  const times = { createdAt: created.toISOString(), updatedAt: updated.toISOString() };
  return { path, kind: "directory", size: 0, executable: false, version: 1, ...times };
}

export function fileNotFound(path: string): DomainError {
  return new DomainError("file_not_found", `there is no file '${path}'`);
}
