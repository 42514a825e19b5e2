import { pgPool } from "../platform/pg-pool";
import { abandonContents, collectContents } from "./collector";

/** Removes what the service keeps for a deleted project; the contents go at once, since nobody can write any more. */
export async function removeProjectFiles(projectId: string): Promise<void> {
  await pgPool().query("DELETE FROM vfs_stages WHERE project_id = $1", [projectId]);
  await pgPool().query("DELETE FROM vfs_entries WHERE project_id = $1", [projectId]);
  await pgPool().query("DELETE FROM vfs_versions WHERE project_id = $1", [projectId]);
  await pgPool().query("DELETE FROM vfs_trees WHERE project_id = $1", [projectId]);
  await abandonContents(projectId);
  await collectContents({ projectId });
}

/** A stage whose worker has been silent for this long belongs to nobody; an import that is still wanted begins anew. */
const STAGE_MINUTES = 60;

/** Removes abandoned stages, and contents that nothing refers to. */
export async function sweep(): Promise<void> {
  await pgPool().query("DELETE FROM vfs_stages WHERE touched_at < now() - make_interval(mins => $1)", [STAGE_MINUTES]);
  await collectContents();
}
