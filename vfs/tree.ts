import type { PoolClient } from "pg";
import { DomainError } from "../platform/errors";
import { ancestors } from "./path";

/**
 * Makes this transaction the only one that changes the project's tree, and finds the project alive: a deletion that comes
 * now waits for its end. Throws `project_not_found`.
 */
export async function lockTree(client: PoolClient, projectId: string): Promise<void> {
  const { rowCount } = await client.query("SELECT 1 FROM projects WHERE id = $1 AND deleted_at IS NULL FOR SHARE", [
    projectId,
  ]);
  if (rowCount === 0) throw new DomainError("project_not_found", `there is no project ${projectId}`);
  await client.query(
    `INSERT INTO vfs_trees (project_id) VALUES ($1)
     ON CONFLICT (project_id) DO UPDATE SET revision = vfs_trees.revision + 1`,
    [projectId],
  );
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
