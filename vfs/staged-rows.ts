import { pgPool } from "../platform/pg-pool";
import { columnsOf, FILE_COLUMNS, type FileRow } from "./rows";

export interface StagedRow extends FileRow {
  executable: boolean;
}

/** Adds rows to a stage, and tells that its worker lives. A repeated path replaces the former. */
export async function insertStaged(stageId: string, rows: StagedRow[]): Promise<void> {
  // One statement cannot replace a row twice: of repeated paths the last one counts.
  const last = [...new Map(rows.map((row) => [row.path, row])).values()];
  // The commit of the tree, which comes later, waits for the disk; this one need not.
  await pgPool().query(
    `WITH touched AS (UPDATE vfs_stages SET touched_at = now() WHERE id = $1)
     INSERT INTO vfs_staged_entries (stage_id, path, kind, executable, size, hash, content_id, link_target)
     SELECT $1, w.* FROM set_config('synchronous_commit', 'off', true), ${FILE_COLUMNS}
     ON CONFLICT (stage_id, path) DO UPDATE SET kind = EXCLUDED.kind, executable = EXCLUDED.executable,
       size = EXCLUDED.size, hash = EXCLUDED.hash, content_id = EXCLUDED.content_id, link_target = EXCLUDED.link_target`,
    [stageId, ...columnsOf(last)],
  );
}
