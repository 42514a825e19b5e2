import { DomainError } from "../platform/errors";
import { pgPool } from "../platform/pg-pool";
import { readTreeManifest } from "../vfs/tree-manifest";
import { type Comparison, compare, type FileChange, type FileConflict } from "./file-comparison";
import { keyOf, type Manifest } from "./file-manifest";
import { type FilesTarget, readBase, sendDifference } from "./sandbox-files";
import { type SandboxFiles, scanSandbox } from "./sandbox-scan";

/** The two trees, what they last agreed on, and who changed what since. */
export interface FilesState extends Comparison {
  base: Manifest;
  project: Manifest;
  sandbox: SandboxFiles;
}

export async function compareFiles({ projectId, toolbox }: FilesTarget): Promise<FilesState> {
  const base = await readBase(toolbox);
  const tree = await readTreeManifest(projectId);
  const project: Manifest = new Map([...tree].map(([path, node]) => [path, keyOf(node)]));
  const sandbox = await scanSandbox(toolbox, new Set([...base.keys(), ...project.keys()]));
  return { base, project, sandbox, ...compare({ base, project, sandbox: sandbox.manifest }) };
}

export interface SyncOptions {
  /** Nothing is changed; the answer says what would be. */
  dryRun: boolean;
  /** Conflicts are decided for the side that the files come from. */
  overwrite: boolean;
}

/** What the other side cannot hold, and why. */
export interface SkippedFile {
  path: string;
  reason: string;
}

export interface SyncOutcome {
  /** What was changed, or would be. */
  changes: FileChange[];
  /** Left as they are on both sides. */
  conflicts: FileConflict[];
  skipped: SkippedFile[];
}

/** Brings the project's changes into the sandbox. */
export async function push(target: FilesTarget, { dryRun, overwrite }: SyncOptions): Promise<SyncOutcome> {
  const state = await compareFiles(target);
  const won = overwrite ? state.conflicts.map((conflict) => decided(conflict.path, state)) : [];
  const changes = [...state.toSandbox, ...won];
  const conflicts = overwrite ? [] : state.conflicts;
  if (dryRun) return { changes, conflicts, skipped: [] };
  const paths = changes.flatMap(({ path, change }) => (change === "deleted" ? [] : [path]));
  const gone = changes.flatMap(({ path, change }) => (change === "deleted" ? [path] : []));
  // A file that becomes a folder, or the other way round, makes room for itself.
  const replaced = paths.filter(
    (path) => state.base.has(path) && isFolder(state.base, path) !== isFolder(state.project, path),
  );
  const base = agreed(state);
  for (const path of gone) base.delete(path);
  if (changes.length > 0) await sendDifference(target, { paths, deletions: [...gone, ...replaced], base });
  return { changes, conflicts, skipped: [] };
}

function isFolder(manifest: Manifest, path: string): boolean {
  return manifest.get(path) === "d";
}

function decided(path: string, { project, sandbox }: FilesState): FileChange {
  if (!project.has(path)) return { path, change: "deleted" };
  return { path, change: sandbox.manifest.has(path) ? "changed" : "added" };
}

/** The manifest as it was, and what both sides have come to have alike meanwhile. */
export function agreed({ base, project, sandbox }: FilesState): Manifest {
  const both: Manifest = new Map(base);
  for (const path of new Set([...base.keys(), ...project.keys()])) {
    const key = project.get(path);
    if (key === "d" || key !== sandbox.manifest.get(path)) continue;
    if (key === undefined) both.delete(path);
    else both.set(path, key);
  }
  return both;
}

/** One synchronisation of a workspace's files at a time, in all processes. Throws `sync_in_progress`. */
export async function withFilesLocked<T>(workspaceId: string, work: () => Promise<T>): Promise<T> {
  const client = await pgPool().connect();
  try {
    const lock = `files of workspace ${workspaceId}`;
    const { rows } = await client.query<{ taken: boolean }>(
      "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken",
      [lock],
    );
    if (rows[0]?.taken !== true) {
      throw new DomainError("sync_in_progress", "another synchronisation of the workspace's files is under way");
    }
    try {
      return await work();
    } finally {
      await client.query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", [lock]);
    }
  } finally {
    client.release();
  }
}
