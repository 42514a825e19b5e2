import { z } from "zod";
import { decodeCursor, encodeCursor, intKey, textKey } from "../platform/page";
import { pgPool } from "../platform/pg-pool";
import { type Entry, fileNotFound, type Location } from "./entry";

/** What a file or a symlink is or was. */
export interface Version {
  path: string;
  version: number;
  /** Whether it is the one that is there now. */
  current: boolean;
  kind: Entry["kind"];
  /** Bytes; 0 for a symlink. */
  size: number;
  executable: boolean;
  /** SHA-256 of the content. */
  hash?: string;
  linkTarget?: string;
  /** The tree's revision that wrote it. */
  revision: number;
  writtenAt: string;
  /** When it was written again, moved away or deleted. */
  replacedAt?: string;
}

export interface VersionPage {
  items: Version[];
  nextCursor?: string;
}

interface VersionRow {
  path: string;
  version: number;
  kind: Entry["kind"];
  size: string;
  executable: boolean;
  hash: string | null;
  link_target: string | null;
  revision: string;
  written_at: Date;
  replaced_at: Date | null;
}

const FORMER = `path, version, kind, size, executable, hash, link_target, written_in AS revision, written_at, replaced_at
  FROM vfs_versions`;
const CURRENT = `path, version, kind, size, executable, hash, link_target, revision, updated_at AS written_at,
  NULL::timestamptz AS replaced_at FROM vfs_entries`;

export interface PageOptions {
  limit: number;
  cursor: string | undefined;
}

const versionKey = z.tuple([intKey]);

/** Every version of a path that is kept, the latest first. Throws `file_not_found` and `invalid_cursor`. */
export async function listVersions(
  { projectId, path }: Location,
  { limit, cursor }: PageOptions,
): Promise<VersionPage> {
  const before = cursor === undefined ? null : decodeCursor(cursor, versionKey)[0];
  const { rows } = await pgPool().query<VersionRow>(
    `SELECT * FROM (
       SELECT ${CURRENT} WHERE project_id = $1 AND path = $2 AND kind <> 'directory'
       UNION ALL
       SELECT ${FORMER} WHERE project_id = $1 AND path = $2) v
     WHERE $3::int IS NULL OR version < $3 ORDER BY version DESC LIMIT $4`,
    [projectId, path, before, limit + 1],
  );
  if (rows.length === 0 && cursor === undefined) throw fileNotFound(path);
  return page(rows, limit, ({ version }) => [version]);
}

const pathKey = z.tuple([textKey]);

/** The last version of each path below the folder that is not in the tree any more, sorted by the bytes of the paths. */
export async function listDeleted(
  { projectId, path: folder }: Location,
  { limit, cursor }: PageOptions,
): Promise<VersionPage> {
  const after = cursor === undefined ? "" : decodeCursor(cursor, pathKey)[0];
  const { rows } = await pgPool().query<VersionRow>(
    `SELECT DISTINCT ON (path) ${FORMER} v
     WHERE project_id = $1 AND path > $2 AND ($3 = '' OR (path > $3 || '/' AND path < $3 || '0'))
       AND NOT EXISTS (SELECT 1 FROM vfs_entries e WHERE e.project_id = $1 AND e.path = v.path)
     ORDER BY path, version DESC LIMIT $4`,
    [projectId, after, folder, limit + 1],
  );
  return page(rows, limit, ({ path }) => [path]);
}

function page(rows: VersionRow[], limit: number, key: (row: VersionRow) => (string | number)[]): VersionPage {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toVersion),
    ...(rows.length > limit && last !== undefined ? { nextCursor: encodeCursor(key(last)) } : {}),
  };
}

function toVersion(row: VersionRow): Version {
  return {
    path: row.path,
    version: row.version,
    current: row.replaced_at === null,
    kind: row.kind,
    size: Number(row.size),
    executable: row.executable,
    ...(row.hash === null ? {} : { hash: row.hash }),
    ...(row.link_target === null ? {} : { linkTarget: row.link_target }),
    revision: Number(row.revision),
    writtenAt: row.written_at.toISOString(),
    ...(row.replaced_at === null ? {} : { replacedAt: row.replaced_at.toISOString() }),
  };
}
