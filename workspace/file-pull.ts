import { createHash } from "node:crypto";
import { DomainError } from "../platform/errors";
import { type Change, writeBatch } from "../vfs/batch";
import { MAX_FILE_BYTES } from "../vfs/limits";
import { linkProblem } from "../vfs/links";
import { pathProblem } from "../vfs/path";
import { agreed, compareFiles, type FilesState, type SyncOptions, type SyncOutcome } from "./file-sync";
import { type FilesTarget, writeBase } from "./sandbox-files";
import { PROJECT_FOLDER } from "./workspace";

/** All that one pull brings back, together: it is held in memory and written at once. */
const MAX_PULL_BYTES = 64 * 1024 * 1024;
/** In one request to the sandbox. */
const GROUP_BYTES = 8 * 1024 * 1024;
const GROUP_FILES = 200;

/**
 * Brings the sandbox's changes into the project: all of them in one write, or none when the project was changed meanwhile
 * (`version_conflict`). What the project cannot hold stays in the sandbox, and the answer says why. Throws `sync_too_large`.
 */
export async function pull(target: FilesTarget, { dryRun, overwrite }: SyncOptions): Promise<SyncOutcome> {
  const state = await compareFiles(target);
  const { sandbox, project } = state;
  const wanted = [...state.toProject, ...(overwrite ? state.conflicts.map(({ path }) => decided(path, state)) : [])];
  const skipped = wanted.flatMap(({ path, change }) => {
    const reason = change === "deleted" ? undefined : problemOf(path, state);
    return reason === undefined ? [] : [{ path, reason }];
  });
  const kept = new Set(skipped.map(({ path }) => path));
  const changes = wanted.filter(({ path }) => !kept.has(path));
  const conflicts = overwrite ? [] : state.conflicts;
  const bytes = changes.reduce((sum, { path }) => sum + (sandbox.sizes.get(path) ?? 0), 0);
  if (bytes > MAX_PULL_BYTES) {
    throw new DomainError("sync_too_large", `the sandbox has ${bytes} bytes of changes, more than ${MAX_PULL_BYTES}`);
  }
  if (dryRun || changes.length === 0) return { changes, conflicts, skipped };
  const contents = await download(target, state, changes);
  const base = agreed(state);
  const writes: Change[] = [];
  for (const { path, change } of changes) {
    const condition = conditionFor(project.get(path));
    const key = sandbox.manifest.get(path);
    if (change === "deleted" || key === undefined) {
      // A folder with something in it is not what was deleted.
      if (project.get(path) !== undefined) writes.push({ kind: "delete", path, ...condition });
      base.delete(path);
    } else if (key.startsWith("l:")) {
      writes.push({ kind: "symlink", path, target: key.slice(2), ...condition });
      base.set(path, key);
    } else {
      const content = contents.get(path);
      // It went away while it was being read; the next pull tells.
      if (content === undefined) continue;
      const executable = key.startsWith("x:");
      writes.push({ kind: "file", path, content, executable, ...condition });
      base.set(path, `${executable ? "x" : "f"}:${createHash("sha256").update(content).digest("hex")}`);
    }
  }
  await writeBatch(target.projectId, writes);
  await writeBase(target.toolbox, base);
  return { changes, conflicts, skipped };
}

function decided(path: string, { sandbox, project }: FilesState): SyncOutcome["changes"][number] {
  if (!sandbox.manifest.has(path)) return { path, change: "deleted" };
  return { path, change: project.has(path) ? "changed" : "added" };
}

/** Why the project cannot hold it. */
function problemOf(path: string, { sandbox }: FilesState): string | undefined {
  const key = sandbox.manifest.get(path) ?? "";
  if (path.includes("\ufffd")) return "its name is no Unicode";
  if ((sandbox.sizes.get(path) ?? 0) > MAX_FILE_BYTES) return `it is longer than ${MAX_FILE_BYTES} bytes`;
  return pathProblem(path) ?? (key.startsWith("l:") ? linkProblem(path, key.slice(2)) : undefined);
}

/** The project's side is still as it was compared. */
function conditionFor(key: string | undefined): { ifMatch?: string; ifNoneMatch?: "*" } {
  if (key === undefined) return { ifNoneMatch: "*" };
  return { ifMatch: /^[fx]:/.test(key) ? key.slice(2) : "*" };
}

async function download(
  { toolbox }: FilesTarget,
  { sandbox }: FilesState,
  changes: SyncOutcome["changes"],
): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  const files = changes.map(({ path }) => path).filter((path) => /^[fx]:/.test(sandbox.manifest.get(path) ?? ""));
  for (const group of groups(files, sandbox.sizes)) {
    const found = await toolbox.downloadMany(group.map((path) => `${PROJECT_FOLDER}/${path}`));
    for (const path of group) {
      const content = found.get(`${PROJECT_FOLDER}/${path}`);
      if (content !== undefined) contents.set(path, content);
    }
  }
  return contents;
}

function* groups(paths: readonly string[], sizes: ReadonlyMap<string, number>): Generator<string[]> {
  let group: string[] = [];
  let bytes = 0;
  for (const path of paths) {
    if (group.length >= GROUP_FILES || bytes >= GROUP_BYTES) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(path);
    bytes += sizes.get(path) ?? 0;
  }
  if (group.length > 0) yield group;
}
