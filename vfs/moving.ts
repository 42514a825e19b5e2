import type { PoolClient } from "pg";
import { DomainError } from "../platform/errors";
import { fileNotFound } from "./entry";
import { movedLinkProblem } from "./links";
import { MAX_PATH_BYTES } from "./path";
import { type Precondition, requirePrecondition } from "./precondition";
import { removeRows } from "./rows";
import { changeTree, requireNoClashes } from "./tree";

export interface Move {
  projectId: string;
  from: string;
  to: string;
  /** Replaces what is at `to`, a folder with everything in it. */
  overwrite: boolean;
  /** Of what is at `from`. */
  precondition?: Precondition;
}

/**
 * Moves a file, a symlink, or a folder with everything in it, in one transaction. Files keep their times and begin a new
 * history at their new path. Gives how many there were. Throws `file_not_found`, `invalid_move`, `path_taken`,
 * `path_conflict`, `invalid_path`, `invalid_link` and `version_conflict`.
 */
export async function movePath({ projectId, from, to, overwrite, precondition }: Move): Promise<number> {
  if (to === from) throw new DomainError("invalid_move", `'${from}' is there already`);
  if (to.startsWith(`${from}/`)) throw new DomainError("invalid_move", `'${from}' cannot be moved into itself`);
  if (from.startsWith(`${to}/`)) throw new DomainError("invalid_move", `'${to}' holds '${from}'`);
  return await changeTree(projectId, async (client) => {
    await requirePrecondition(client, { projectId, path: from }, precondition);
    await requireFit(client, { projectId, from, to });
    const replaced = await removeRows(client, { projectId, paths: [to] });
    if (replaced > 0 && !overwrite) throw new DomainError("path_taken", `there is something at '${to}' already`);
    const { rowCount } = await client.query(
      `WITH moved AS (
         DELETE FROM vfs_entries
         WHERE project_id = $1 AND (path = $2 OR (path > $2 || '/' AND path < $2 || '0')) RETURNING *)
       INSERT INTO vfs_entries (project_id, path, kind, executable, size, hash, content_id, link_target,
                                created_at, updated_at)
       SELECT project_id, $3 || substr(path, length($2) + 1), kind, executable, size, hash, content_id, link_target,
              created_at, updated_at FROM moved`,
      [projectId, from, to],
    );
    if (rowCount === null || rowCount === 0) throw fileNotFound(from);
    await requireNoClashes(client, projectId, [to]);
    return rowCount;
  });
}

/** What is fine at one place may be too long at another, or a symlink that leads out. */
async function requireFit(
  client: PoolClient,
  { projectId, from, to }: { projectId: string; from: string; to: string },
): Promise<void> {
  const { rows } = await client.query<{ path: string; link_target: string | null }>(
    `SELECT $3 || substr(path, length($2) + 1) AS path, link_target FROM vfs_entries
     WHERE project_id = $1 AND (path = $2 OR (path > $2 || '/' AND path < $2 || '0'))
       AND (kind = 'symlink' OR octet_length($3 || substr(path, length($2) + 1)) > $4)`,
    [projectId, from, to, MAX_PATH_BYTES],
  );
  for (const { path, link_target: target } of rows) {
    if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
      throw new DomainError("invalid_path", `'${path}' would be longer than ${MAX_PATH_BYTES} bytes`);
    }
    const problem = target === null ? undefined : movedLinkProblem(path, target);
    if (problem !== undefined) throw new DomainError("invalid_link", `the symlink '${path}' would break: ${problem}`);
  }
}
