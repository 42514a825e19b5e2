import { pgPool } from "../platform/pg-pool";
import { abandonContents, collectContents } from "./collector";
import { removeAbandonedStages } from "./staged-tree";

/** Removes what the service keeps for a deleted project; the contents go at once, since nobody can write any more. */
export async function removeProjectFiles(projectId: string): Promise<void> {
  await pgPool().query("DELETE FROM vfs_stages WHERE project_id = $1", [projectId]);
  await pgPool().query("DELETE FROM vfs_entries WHERE project_id = $1", [projectId]);
  await pgPool().query("DELETE FROM vfs_versions WHERE project_id = $1", [projectId]);
  await pgPool().query("DELETE FROM vfs_trees WHERE project_id = $1", [projectId]);
  await abandonContents(projectId);
  await collectContents({ projectId });
}

/** Removes abandoned stages, and contents that nothing refers to. */
export async function sweep(): Promise<void> {
  await removeAbandonedStages();
  await collectContents();
}
