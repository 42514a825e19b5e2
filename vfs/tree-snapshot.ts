import { DomainError } from "../platform/errors";
import { pgPool } from "../platform/pg-pool";
import type { StoreName } from "./content-store";

const PAGE = 2_000;

export interface SnapshotRow {
  path: string;
  kind: "file" | "symlink" | "directory";
  executable: boolean;
  size: string;
  link_target: string | null;
  updated_at: Date;
  hash: string | null;
  content_id: string | null;
  store: StoreName | null;
}

export interface SnapshotOptions {
  projectId: string;
  /** Only what is at these paths; everything when absent. */
  paths?: readonly string[] | undefined;
}

/**
 * The tree's rows sorted by path, page by page, and yet as they are at one moment: those of the revision that it begins
 * with, of which everything that is written meanwhile leaves the former versions behind. No transaction is held open for
 * a slow reader. Throws `version_conflict` at the end when so much was written that versions were pruned.
 */
export async function* readSnapshot({ projectId, paths }: SnapshotOptions): AsyncGenerator<SnapshotRow[]> {
  const { revision } = await revisionsOf(projectId);
  const wanted = "path > $3 AND ($5::text[] IS NULL OR path = ANY($5)) ORDER BY path LIMIT $4";
  for (let after = ""; ; ) {
    const { rows } = await pgPool().query<SnapshotRow>(
      `SELECT e.*, c.store FROM (
         (SELECT path, kind, executable, size, link_target, updated_at, hash, content_id FROM vfs_entries
          WHERE project_id = $1 AND revision <= $2 AND ${wanted})
         UNION ALL
         (SELECT path, kind, executable, size, link_target, written_at, hash, content_id FROM vfs_versions
          WHERE project_id = $1 AND written_in <= $2 AND replaced_in > $2 AND ${wanted})) e
       LEFT JOIN vfs_contents c ON c.id = e.content_id ORDER BY e.path LIMIT $4`,
      [projectId, revision, after, PAGE, paths ?? null],
    );
    yield rows;
    const last = rows.at(-1);
    if (rows.length < PAGE || last === undefined) break;
    after = last.path;
  }
  const { oldest } = await revisionsOf(projectId);
  if (oldest > revision) {
    throw new DomainError("version_conflict", "the tree was written so often meanwhile that its former state is gone", {
      hint: "Read it again.",
    });
  }
}

async function revisionsOf(projectId: string): Promise<{ revision: number; oldest: number }> {
  const { rows } = await pgPool().query<{ revision: string; oldest_revision: string }>(
    "SELECT revision, oldest_revision FROM vfs_trees WHERE project_id = $1",
    [projectId],
  );
  return { revision: Number(rows[0]?.revision ?? 0), oldest: Number(rows[0]?.oldest_revision ?? 0) };
}
