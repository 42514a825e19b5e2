import { DomainError } from "../platform/errors";
import { pgPool } from "../platform/pg-pool";
import type { Location } from "./entry";
import { type TreeLimits, treeLimits } from "./limits";

/** What a tree takes up, as triggers count it. */
interface TreeUsage {
  bytes: number;
  entries: number;
}

/**
 * Refuses what made a tree larger than it may be. Where the limit was lowered below what is there already, anything that
 * does not add to it goes on working. Throws `storage_quota_exceeded`.
 */
export function requireWithinQuota(before: TreeUsage, after: TreeUsage, limits: TreeLimits): void {
  if (after.bytes > limits.bytes && after.bytes > before.bytes) {
    throw quotaExceeded(`the project's files would have ${after.bytes} bytes; it may have ${limits.bytes}`);
  }
  if (after.entries > limits.entries && after.entries > before.entries) {
    throw quotaExceeded(`the project would have ${after.entries} files; it may have ${limits.entries}`);
  }
}

/**
 * Spares a large upload that cannot come in. It is no promise: what counts is looked at again when the file is written.
 * Throws `storage_quota_exceeded`.
 */
export async function requireRoom({ projectId, path }: Location, bytes: number): Promise<void> {
  const { rows } = await pgPool().query<{ bytes: string }>(
    `SELECT t.bytes - COALESCE(e.size, 0) AS bytes FROM vfs_trees t
     LEFT JOIN vfs_entries e ON e.project_id = t.project_id AND e.path = $2 WHERE t.project_id = $1`,
    [projectId, path],
  );
  const limit = treeLimits().bytes;
  const wanted = Number(rows[0]?.bytes ?? 0) + bytes;
  if (wanted > limit) {
    throw quotaExceeded(`the project's files would have ${wanted} bytes; it may have ${limit}`);
  }
}

function quotaExceeded(message: string): DomainError {
  return new DomainError("storage_quota_exceeded", message);
}
