import type { PoolClient } from "pg";
import { DomainError } from "../platform/errors";
import { inTransaction, prepared } from "../platform/pg-pool";
import { treeLimits } from "./limits";
import { ancestors } from "./path";
import { type NumberedScope, pruneByBytes, pruneByNumber } from "./pruning";
import { requireWithinQuota } from "./quota";

/** What a tree's row says, in the database's types: its 64-bit numbers come as text. */
interface TreeRow {
  revision: string;
  entries: string;
  bytes: string;
  version_bytes: string;
}

const COLUMNS = "revision, entries, bytes, version_bytes";

/** A change of a tree that is under way. */
export interface TreeChange {
  /** Whether there was nothing in the tree when it began. */
  intoEmpty: boolean;
  /** The time that everything gets that it writes. */
  at: Date;
}

/**
 * The one way to change a project's tree: in a transaction that is the only one to do so, with the quota held and former
 * versions pruned at its end. Throws `project_not_found` and `storage_quota_exceeded`.
 */
export async function changeTree<T>(
  projectId: string,
  work: (client: PoolClient, change: TreeChange) => Promise<T>,
): Promise<T> {
  const limits = treeLimits();
  return await inTransaction(async (client) => {
    const { change, ...before } = await lockTree(client, projectId);
    const result = await work(client, change);
    const after = await prunedUsage(client, { projectId, revision: before.revision, versions: limits.versions });
    requireWithinQuota(before, after, limits);
    if (after.versionBytes > limits.versionBytes) {
      await pruneByBytes(client, { projectId, bytes: limits.versionBytes });
    }
    return result;
  });
}

/** What the tree takes up once no path has more former versions than are kept. */
async function prunedUsage(client: PoolClient, scope: NumberedScope): Promise<ReturnType<typeof usage>> {
  // Versions of a path count from 1: only one with a higher number than are kept can have too many before it.
  const statement = prepared(
    `SELECT ${COLUMNS}, EXISTS (
       SELECT 1 FROM vfs_versions WHERE project_id = $1 AND replaced_in = $2 AND version > $3) AS crowded
     FROM vfs_trees WHERE project_id = $1`,
    [scope.projectId, scope.revision, scope.versions],
  );
  const read = async () => (await client.query<TreeRow & { crowded: boolean }>(statement)).rows[0];
  const row = await read();
  if (row?.crowded !== true) return usage(row);
  await pruneByNumber(client, scope);
  return usage(await read());
}

/**
 * Begins a new revision. Finds the project alive as well: a deletion that comes now waits for the transaction's end. Whether the
 * tree is empty is told by its row, which is seen as it is once it is locked; what the statement sees of other tables is from
 * before it waited.
 */
async function lockTree(
  client: PoolClient,
  projectId: string,
): Promise<ReturnType<typeof usage> & { change: TreeChange }> {
  const { rows } = await client.query<TreeRow & TreeChange>(
    prepared(
      `WITH alive AS (SELECT id FROM projects WHERE id = $1 AND deleted_at IS NULL FOR SHARE)
     INSERT INTO vfs_trees (project_id) SELECT id FROM alive
     ON CONFLICT (project_id) DO UPDATE SET revision = vfs_trees.revision + 1
     RETURNING ${COLUMNS}, now() AS at,
       vfs_trees.entries = 0 AND NOT EXISTS (SELECT 1 FROM vfs_entries e WHERE e.project_id = $1) AS "intoEmpty"`,
      [projectId],
    ),
  );
  const [row] = rows;
  if (row === undefined) throw new DomainError("project_not_found", `there is no project ${projectId}`);
  return { ...usage(row), change: { intoEmpty: row.intoEmpty, at: row.at } };
}

function usage(row: TreeRow | undefined) {
  if (row === undefined) throw new Error("a tree's row is gone while it is locked");
  return {
    revision: Number(row.revision),
    entries: Number(row.entries),
    bytes: Number(row.bytes),
    versionBytes: Number(row.version_bytes),
  };
}

/**
 * Looks at what was just written: nothing may lie below a file or a symlink. Throws `path_conflict`, which undoes the
 * change. Each path is looked up by itself: a join of what was written with a table that was just filled is planned badly.
 */
export async function requireNoClashes(client: PoolClient, projectId: string, paths: string[]): Promise<void> {
  const { rows } = await client.query<{ file: string; below: string | null }>(
    prepared(
      `(SELECT e.path AS file, NULL AS below FROM vfs_entries e
      WHERE e.project_id = $1 AND e.path = ANY($3::text[]) AND e.kind <> 'directory' LIMIT 1)
     UNION ALL
     (SELECT w.path, b.path FROM unnest($2::text[]) AS w (path)
      CROSS JOIN LATERAL (
        SELECT e.path FROM vfs_entries e
        WHERE e.project_id = $1 AND e.path > w.path || '/' AND e.path < w.path || '0' ORDER BY e.path LIMIT 1) b
      CROSS JOIN LATERAL (
        SELECT 1 FROM vfs_entries e
        WHERE e.project_id = $1 AND e.path = w.path AND e.kind <> 'directory' LIMIT 1) f LIMIT 1)`,
      [projectId, paths, [...new Set(paths.flatMap(ancestors))]],
      { few: paths.length === 1 },
    ),
  );
  const clash = rows[0];
  if (clash === undefined) return;
  throw pathConflict(clash.file, clash.below ?? paths.find((path) => path.startsWith(`${clash.file}/`)));
}

/** The same for what is written into an empty tree, where nothing else can be in the way. */
export function requireNoClashesAmong({ leaves, folders }: { leaves: string[]; folders: string[] }): void {
  const files = new Set(leaves);
  for (const path of [...leaves, ...folders]) {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const folder = path.slice(0, end);
      if (files.has(folder)) throw pathConflict(folder, path);
    }
  }
}

function pathConflict(file: string, below: string | undefined): DomainError {
  return new DomainError("path_conflict", `'${below}' cannot lie below '${file}', which is a file`);
}
