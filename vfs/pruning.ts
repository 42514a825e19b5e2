import type { PoolClient } from "pg";
import { inTransaction, pgPool } from "../platform/pg-pool";
import { type TreeLimits, treeLimits } from "./limits";

export interface NumberedScope {
  projectId: string;
  revision: number;
  /** How many of a path are kept. */
  versions: number;
}

/** Of the paths that this revision wrote, the oldest versions beyond the number that is kept. */
export async function pruneByNumber(
  client: PoolClient,
  { projectId, revision, versions }: NumberedScope,
): Promise<void> {
  await client.query(
    `DELETE FROM vfs_versions v USING (
       SELECT path, max(version) AS newest FROM vfs_versions WHERE project_id = $1 AND replaced_in = $2 GROUP BY path) w
     WHERE v.project_id = $1 AND v.path = w.path AND v.version <= w.newest - $3`,
    [projectId, revision, versions],
  );
}

/** The versions that were replaced longest ago, until what is left fits. */
export async function pruneByBytes(
  client: PoolClient,
  { projectId, bytes }: { projectId: string; bytes: number },
): Promise<void> {
  await client.query(
    `DELETE FROM vfs_versions v USING (
       SELECT path, version, sum(size) OVER (ORDER BY replaced_in DESC, path, version) AS kept
       FROM vfs_versions WHERE project_id = $1) s
     WHERE v.project_id = $1 AND v.path = s.path AND v.version = s.version AND s.kept > $2`,
    [projectId, bytes],
  );
}

/** Removes the versions of all projects that are older than they are kept. */
export async function pruneByAge({ versionDays }: TreeLimits = treeLimits()): Promise<void> {
  const age = "replaced_at < now() - make_interval(days => $1)";
  const { rows } = await pgPool().query<{ project_id: string }>(
    `SELECT DISTINCT project_id FROM vfs_versions WHERE ${age}`,
    [versionDays],
  );
  for (const { project_id } of rows) {
    await inTransaction(async (client) => {
      // The tree first, as a writer does, so that the two wait for each other in the same order.
      await client.query("SELECT 1 FROM vfs_trees WHERE project_id = $1 FOR UPDATE", [project_id]);
      await client.query(`DELETE FROM vfs_versions WHERE ${age} AND project_id = $2`, [versionDays, project_id]);
    });
  }
}
