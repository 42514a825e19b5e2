import type { PoolClient } from "pg";
import { DomainError } from "../platform/errors";
import { inTransaction } from "../platform/pg-pool";
import { treeLimits } from "./limits";
import { ancestors } from "./path";
import { pruneByBytes, pruneByNumber } from "./pruning";
import { requireWithinQuota } from "./quota";

interface TreeRow {
  revision: number;
  entries: number;
  bytes: number;
  versionBytes: number;
}

/**
 * The one way to change a project's tree: in a transaction that is the only one to do so, with the quota held and former
 * versions pruned at its end. Throws `project_not_found` and `storage_quota_exceeded`.
 */
export async function changeTree<T>(projectId: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const limits = treeLimits();
  return await inTransaction(async (client) => {
    const before = await lockTree(client, projectId);
    const result = await work(client);
    await pruneByNumber(client, { projectId, revision: before.revision, versions: limits.versions });
    const after = await treeRow(client, projectId);
    requireWithinQuota(before, after, limits);
    if (after.versionBytes > limits.versionBytes) {
      await pruneByBytes(client, { projectId, bytes: limits.versionBytes });
    }
    return result;
  });
}

/** Finds the project alive as well: a deletion that comes now waits for the transaction's end. */
async function lockTree(client: PoolClient, projectId: string): Promise<TreeRow> {
  const { rowCount } = await client.query("SELECT 1 FROM projects WHERE id = $1 AND deleted_at IS NULL FOR SHARE", [
    projectId,
  ]);
  if (rowCount === 0) throw new DomainError("project_not_found", `there is no project ${projectId}`);
  await client.query(
    `INSERT INTO vfs_trees (project_id) VALUES ($1)
     ON CONFLICT (project_id) DO UPDATE SET revision = vfs_trees.revision + 1`,
    [projectId],
  );
  return await treeRow(client, projectId);
}

async function treeRow(client: PoolClient, projectId: string): Promise<TreeRow> {
  const { rows } = await client.query<{ revision: string; entries: string; bytes: string; version_bytes: string }>(
    "SELECT revision, entries, bytes, version_bytes FROM vfs_trees WHERE project_id = $1",
    [projectId],
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`the tree of project ${projectId} is gone while it is locked`);
  return {
    revision: Number(row.revision),
    entries: Number(row.entries),
    bytes: Number(row.bytes),
    versionBytes: Number(row.version_bytes),
  };
}

/** A file cannot lie below a file, nor take the place of a folder that has something in it. Throws `path_conflict`. */
export async function requireNoClash(client: PoolClient, projectId: string, path: string): Promise<void> {
  const { rows: above } = await client.query<{ path: string }>(
    "SELECT path FROM vfs_entries WHERE project_id = $1 AND path = ANY($2::text[]) AND kind <> 'directory' LIMIT 1",
    [projectId, ancestors(path)],
  );
  if (above[0] !== undefined) {
    throw new DomainError("path_conflict", `'${path}' cannot lie below '${above[0].path}', which is a file`);
  }
  const { rowCount } = await client.query(
    "SELECT 1 FROM vfs_entries WHERE project_id = $1 AND path > $2 || '/' AND path < $2 || '0' LIMIT 1",
    [projectId, path],
  );
  if (rowCount !== 0) throw new DomainError("path_conflict", `'${path}' is a folder with something in it`);
}
