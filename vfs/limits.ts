import { z } from "zod";

/** Larger files are refused; they belong outside a project. */
export const MAX_FILE_BYTES = 1024 ** 3;

/** What a project may take up, and how much of its past is kept. Each may be set in the environment. */
export interface TreeLimits {
  /** Of all files, by their length. */
  bytes: number;
  /** Files, symlinks and made folders together. */
  entries: number;
  /** Former versions of one path. */
  versions: number;
  /** Days that a former version is kept after it was replaced. */
  versionDays: number;
  /** Of all former versions, by their length. */
  versionBytes: number;
}

const GIB = 1024 ** 3;
const whole = z.coerce.number().int().nonnegative();

const environment = z.object({
  VFS_QUOTA_BYTES: whole.default(5 * GIB),
  VFS_QUOTA_FILES: whole.default(100_000),
  VFS_VERSIONS: whole.default(20),
  VFS_VERSION_DAYS: whole.default(30),
  VFS_VERSION_BYTES: whole.default(5 * GIB),
});

/** Throws where a variable is set to what is no whole number. */
export function treeLimits(): TreeLimits {
  const set = environment.parse(process.env);
  return {
    bytes: set.VFS_QUOTA_BYTES,
    entries: set.VFS_QUOTA_FILES,
    versions: set.VFS_VERSIONS,
    versionDays: set.VFS_VERSION_DAYS,
    versionBytes: set.VFS_VERSION_BYTES,
  };
}
