import { pgPool, prepared } from "../platform/pg-pool";
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
  const [totals, languages, folders] = await Promise.all([
    totalsOf(projectId),
    byLanguage(projectId),
    byFolder(projectId, folder),
  ]);
  const limits = treeLimits();
  return {
    files: totals.files,
    symlinks: totals.symlinks,
    directories: totals.directories,
    bytes: totals.bytes,
    storedBytes: totals.stored,
    versions: { count: totals.versions, bytes: totals.versionBytes },
    quota: { files: limits.entries, bytes: limits.bytes, versionBytes: limits.versionBytes },
    revision: totals.revision,
    languages,
    folders,
  };
}

const TOTALS = `SELECT COALESCE(t.files, 0) AS files, COALESCE(t.bytes, 0) AS bytes, COALESCE(t.revision, 0) AS revision,
    k.symlinks, k.directories, v.versions, v."versionBytes", c.stored
  FROM (SELECT count(*) FILTER (WHERE kind = 'symlink') AS symlinks, count(*) FILTER (WHERE kind = 'directory') AS directories
        FROM vfs_entries WHERE project_id = $1 AND kind <> 'file') k,
    (SELECT count(*) AS versions, COALESCE(sum(size), 0) AS "versionBytes" FROM vfs_versions WHERE project_id = $1) v,
    (SELECT COALESCE(sum(size), 0) AS stored FROM vfs_contents WHERE project_id = $1 AND stored) c
    LEFT JOIN vfs_trees t ON t.project_id = $1`;

type Total = "files" | "bytes" | "revision" | "symlinks" | "directories" | "versions" | "versionBytes" | "stored";

async function totalsOf(projectId: string): Promise<Record<Total, number>> {
  const { rows } = await pgPool().query<Record<Total, string>>(prepared(TOTALS, [projectId]));
  const [row] = rows;
  if (row === undefined) throw new Error("counting gave no row");
  const numbers = Object.entries(row).map(([name, value]) => [name, Number(value)]);
  return Object.fromEntries(numbers) as Record<Total, number>;
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
