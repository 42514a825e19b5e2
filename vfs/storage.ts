import { pgPool } from "../platform/pg-pool";
import { bounds } from "./children";
import { languageOf } from "./file-language";
import { treeLimits } from "./limits";

export interface Share {
  /** A language such as `TypeScript`, or a folder's path ("" for the files that lie directly in the folder asked for). */
  name: string;
  files: number;
  /** Of the files, by their length. */
  bytes: number;
}

export interface StorageReport {
  files: number;
  symlinks: number;
  /** Folders that somebody made; those that exist by what is in them are not counted. */
  directories: number;
  /** Of all files, by their length. */
  bytes: number;
  /** What is in the store: identical contents count once, former versions count as well. */
  storedBytes: number;
  versions: { count: number; bytes: number };
  quota: { files: number; bytes: number; versionBytes: number };
  /** Counts the changes of the tree; what `revision` of a restoration means. */
  revision: number;
  /** The largest first. */
  languages: Share[];
  /** The folders directly below the one asked for, the largest first. */
  folders: Share[];
}

export async function reportStorage({
  projectId,
  folder,
}: {
  projectId: string;
  folder: string;
}): Promise<StorageReport> {
  const [tree, kinds, versions, stored, languages, folders] = await Promise.all([
    treeOf(projectId),
    countByKind(projectId),
    one(`SELECT count(*) AS count, COALESCE(sum(size), 0) AS bytes FROM vfs_versions WHERE project_id = $1`, projectId),
    one(
      `SELECT count(*) AS count, COALESCE(sum(size), 0) AS bytes FROM vfs_contents WHERE project_id = $1 AND stored`,
      projectId,
    ),
    byLanguage(projectId),
    byFolder(projectId, folder),
  ]);
  const limits = treeLimits();
  return {
    files: tree.files,
    symlinks: kinds.get("symlink") ?? 0,
    directories: kinds.get("directory") ?? 0,
    bytes: tree.bytes,
    storedBytes: stored.bytes,
    versions,
    quota: { files: limits.entries, bytes: limits.bytes, versionBytes: limits.versionBytes },
    revision: tree.revision,
    languages,
    folders,
  };
}

async function treeOf(projectId: string): Promise<{ files: number; bytes: number; revision: number }> {
  const { rows } = await pgPool().query<{ files: string; bytes: string; revision: string }>(
    "SELECT files, bytes, revision FROM vfs_trees WHERE project_id = $1",
    [projectId],
  );
  const { files = 0, bytes = 0, revision = 0 } = rows[0] ?? {};
  return { files: Number(files), bytes: Number(bytes), revision: Number(revision) };
}

async function one(statement: string, projectId: string): Promise<{ count: number; bytes: number }> {
  const { rows } = await pgPool().query<{ count: string; bytes: string }>(statement, [projectId]);
  return { count: Number(rows[0]?.count ?? 0), bytes: Number(rows[0]?.bytes ?? 0) };
}

async function countByKind(projectId: string): Promise<Map<string, number>> {
  const { rows } = await pgPool().query<{ kind: string; count: string }>(
    "SELECT kind, count(*) AS count FROM vfs_entries WHERE project_id = $1 AND kind <> 'file' GROUP BY kind",
    [projectId],
  );
  return new Map(rows.map(({ kind, count }) => [kind, Number(count)]));
}

async function byLanguage(projectId: string): Promise<Share[]> {
  const { rows } = await pgPool().query<ShareRow>(
    `SELECT CASE WHEN name ~ '^.+\\.' THEN lower(substring(name FROM '\\.[^.]*$')) ELSE lower(name) END AS name,
       count(*) AS files, sum(size) AS bytes
     FROM (SELECT substring(path FROM '[^/]*$') AS name, size FROM vfs_entries
           WHERE project_id = $1 AND kind = 'file') f GROUP BY 1`,
    [projectId],
  );
  const shares = new Map<string, Share>();
  for (const row of rows) {
    const name = languageOf(row.name);
    const { files, bytes } = shares.get(name) ?? { files: 0, bytes: 0 };
    shares.set(name, { name, files: files + Number(row.files), bytes: bytes + Number(row.bytes) });
  }
  return bySize([...shares.values()]);
}

async function byFolder(projectId: string, folder: string): Promise<Share[]> {
  const { from, to } = bounds(folder);
  const { rows } = await pgPool().query<ShareRow>(
    `SELECT CASE WHEN position('/' IN rest) = 0 THEN '' ELSE $2 || split_part(rest, '/', 1) END AS name,
       count(*) AS files, sum(size) AS bytes
     FROM (SELECT substr(path, length($2) + 1) AS rest, size FROM vfs_entries
           WHERE project_id = $1 AND kind = 'file' AND path > $2 AND ($3::text IS NULL OR path < $3)) f GROUP BY 1`,
    [projectId, from, to],
  );
  return bySize(rows.map(({ name, files, bytes }) => ({ name, files: Number(files), bytes: Number(bytes) })));
}

interface ShareRow {
  name: string;
  files: string;
  bytes: string;
}

function bySize(shares: Share[]): Share[] {
  return shares.toSorted((a, b) => b.bytes - a.bytes || b.files - a.files || (a.name < b.name ? -1 : 1));
}
