import type { PoolClient } from "pg";
import { DomainError } from "../platform/errors";
import { type Entry, type Location, toEntry } from "./entry";
import { type Precondition, requirePrecondition } from "./precondition";
import { putRows, writing } from "./rows";
import { changeTree, requireNoClashes } from "./tree";

/**
 * Writes a former version again, as a new one; the path may have been deleted meanwhile. Throws `version_not_found`,
 * `version_conflict`, `path_conflict` and `storage_quota_exceeded`.
 */
export async function restoreVersion(
  location: Location,
  { version, precondition }: { version: number; precondition?: Precondition },
): Promise<Entry> {
  const { projectId, path } = location;
  return await changeTree(projectId, async (client, change) => {
    await requirePrecondition(client, location, precondition);
    const former = await versionRow(client, location, version);
    const { kind, executable, link_target: target } = former;
    const [row] = await putRows(client, {
      projectId,
      rows: [{ path, kind, executable, target, content: former.content }],
      change,
    });
    if (row === undefined) throw new Error("restoring the version gave no row");
    await requireNoClashes(client, projectId, [path]);
    return toEntry(row);
  });
}

interface FormerRow {
  kind: "file" | "symlink";
  executable: boolean;
  link_target: string | null;
  content: { id: string; hash: string; size: number } | null;
}

async function versionRow(client: PoolClient, { projectId, path }: Location, version: number): Promise<FormerRow> {
  const columns = "kind, executable, link_target, content_id, hash, size";
  const { rows } = await client.query<
    Omit<FormerRow, "content"> & { content_id: string | null; hash: string; size: string }
  >(
    `SELECT ${columns} FROM vfs_versions WHERE project_id = $1 AND path = $2 AND version = $3
     UNION ALL
     SELECT ${columns} FROM vfs_entries
     WHERE project_id = $1 AND path = $2 AND version = $3 AND kind <> 'directory'`,
    [projectId, path, version],
  );
  const row = rows[0];
  if (row === undefined) {
    throw new DomainError("version_not_found", `'${path}' has no version ${version}, or not any more`);
  }
  const { content_id: id, hash, size } = row;
  return { ...row, content: id === null ? null : { id, hash, size: Number(size) } };
}

export interface RestoredTree {
  /** Files and symlinks that were written again. */
  written: number;
  /** Files and symlinks that were not there at that revision. */
  removed: number;
}

/**
 * Makes a folder, or the whole tree (folder ""), what it was right after one of the tree's revisions. Folders that somebody
 * made stay as they are. Throws `version_not_found`, `path_conflict` and `storage_quota_exceeded`.
 */
export async function restoreRevision(
  projectId: string,
  { revision, folder }: { revision: number; folder: string },
): Promise<RestoredTree> {
  return await changeTree(projectId, async (client, change) => {
    await requireKept(client, projectId, revision);
    const values = [projectId, revision, folder];
    const scope = "project_id = $1 AND ($3 = '' OR path = $3 OR (path > $3 || '/' AND path < $3 || '0'))";
    const then = `SELECT path FROM vfs_versions WHERE ${scope} AND written_in <= $2 AND replaced_in > $2`;
    const { rowCount: removed } = await client.query(
      `DELETE FROM vfs_entries WHERE ${scope} AND kind <> 'directory' AND revision > $2 AND path NOT IN (${then})`,
      values,
    );
    // A folder that was made later gives way to the file that was there.
    await client.query(
      `DELETE FROM vfs_entries e USING (${then}) t
       WHERE e.project_id = $1 AND e.kind = 'directory'
         AND (e.path = t.path OR (e.path > t.path || '/' AND e.path < t.path || '0'))`,
      values,
    );
    // What is there again by now stays as it is.
    const source = `SELECT v.* FROM (SELECT * FROM vfs_versions WHERE ${scope} AND written_in <= $2 AND replaced_in > $2) v
      LEFT JOIN vfs_entries o ON o.project_id = $1 AND o.path = v.path
      WHERE (o.kind, o.executable, o.hash, o.link_target) IS DISTINCT FROM (v.kind, v.executable, v.hash, v.link_target)`;
    const { rows: written } = await client.query<{ path: string }>(
      `${writing(source, change)} RETURNING e.path`,
      values,
    );
    await requireNoClashes(
      client,
      projectId,
      written.map(({ path }) => path),
    );
    return { written: written.length, removed: removed ?? 0 };
  });
}

async function requireKept(client: PoolClient, projectId: string, revision: number): Promise<void> {
  const { rows } = await client.query<{ latest: string; oldest: string }>(
    "SELECT revision - 1 AS latest, oldest_revision AS oldest FROM vfs_trees WHERE project_id = $1",
    [projectId],
  );
  const { latest = "0", oldest = "0" } = rows[0] ?? {};
  if (revision > Number(latest)) {
    throw new DomainError("version_not_found", `the tree has no revision ${revision}; its latest is ${latest}`);
  }
  if (revision < Number(oldest)) {
    throw new DomainError("version_not_found", `of the tree's revision ${revision} versions were pruned since`, {
      hint: `The tree can be restored to revision ${oldest} and later; single versions of files may still be older.`,
    });
  }
}
