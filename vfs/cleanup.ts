import { pgPool } from "../platform/pg-pool";
import { collectContents } from "./collector";
import { removeAbandonedStages } from "./staged-tree";

/**
 * Removes what the service keeps for a deleted project. Its contents go after the grace, as any others: a backup of them ends
 * later than that of the database, which may still have the project.
 */
export async function removeProjectFiles(projectId: string): Promise<void> {
  await pgPool().query("DELETE FROM vfs_stages WHERE project_id = $1", [projectId]);
  await pgPool().query("DELETE FROM vfs_entries WHERE project_id = $1", [projectId]);
  await pgPool().query("DELETE FROM vfs_versions WHERE project_id = $1", [projectId]);
  await pgPool().query("DELETE FROM vfs_trees WHERE project_id = $1", [projectId]);
  await collectContents({ projectId });
}

/** Removes abandoned stages, and contents that nothing refers to. */
export async function sweep(): Promise<void> {
  await removeAbandonedStages();
  await collectContents();
}
