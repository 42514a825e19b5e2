import { DomainError } from "../platform/errors";
import type { TreeLimits } from "./limits";

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

function quotaExceeded(message: string): DomainError {
  return new DomainError("storage_quota_exceeded", message);
}
