import { DomainError } from "../platform/errors";
import { pgPool, prepared } from "../platform/pg-pool";
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

/** A file's content and where it is. */
export interface FileContent {
  path: string;
  size: number;
  hash: string;
  contentId: string;
  store: StoreName;
}

/** The file as it is, or as it was in one of its versions. Throws `file_not_found`, `version_not_found` and `not_a_file`. */
export async function findFile({ projectId, path }: Location, version?: number): Promise<FileContent> {
  const { rows } = await pgPool().query<FoundRow>(
    prepared(
      `SELECT e.kind, e.size, e.hash, e.link_target, e.content_id, c.store
     FROM (SELECT kind, size, hash, link_target, content_id, version FROM vfs_entries WHERE project_id = $1 AND path = $2
           UNION ALL
           SELECT kind, size, hash, link_target, content_id, version FROM vfs_versions
           WHERE project_id = $1 AND path = $2 AND version = $3) e
     LEFT JOIN vfs_contents c ON c.id = e.content_id WHERE $3::int IS NULL OR e.version = $3`,
      [projectId, path, version ?? null],
    ),
  );
  const row = rows[0];
  if (row === undefined) throw await absent({ projectId, path }, version);
  const { hash, content_id: contentId, store } = row;
  if (hash === null || contentId === null || store === null) {
    throw new DomainError(
      "not_a_file",
      row.kind === "symlink" ? `'${path}' is a symlink to '${row.link_target}'` : `'${path}' is a folder`,
    );
  }
  return { path, size: Number(row.size), hash, contentId, store };
}

interface FoundRow {
  kind: Entry["kind"];
  size: string;
  hash: string | null;
  link_target: string | null;
  content_id: string | null;
  store: StoreName | null;
}

async function absent(location: Location, version: number | undefined): Promise<DomainError> {
  const { path } = location;
  if (version !== undefined) {
    return new DomainError("version_not_found", `'${path}' has no version ${version}, or not any more`);
  }
  return (await isFolder(location)) ? new DomainError("not_a_file", `'${path}' is a folder`) : fileNotFound(path);
}

/** Whether something lies below the path, which makes it a folder without a row of its own. */
async function isFolder({ projectId, path }: Location): Promise<boolean> {
  const { rowCount } = await pgPool().query(
    "SELECT 1 FROM vfs_entries WHERE project_id = $1 AND path > $2 || '/' AND path < $2 || '0' LIMIT 1",
    [projectId, path],
  );
  return rowCount !== 0;
}

/** Any entry; a folder that exists by what is in it is one as well. Throws `file_not_found`. */
export async function findEntry({ projectId, path }: Location): Promise<Entry> {
  const { rows } = await pgPool().query<EntryRow>(
    prepared(`SELECT ${ENTRY_COLUMNS} FROM vfs_entries e WHERE e.project_id = $1 AND e.path = $2`, [projectId, path]),
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
