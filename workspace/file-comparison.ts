import { ancestors } from "../vfs/path";
import type { Manifest } from "./file-manifest";

export type ChangeKind = "added" | "changed" | "deleted";

export interface FileChange {
  path: string;
  change: ChangeKind;
}

/** What both sides changed since they last agreed, and differently. */
export interface FileConflict {
  path: string;
  /** What happened to it in the project since both were alike; and in the sandbox. */
  project: ChangeKind | "unchanged";
  sandbox: ChangeKind | "unchanged";
}

export interface Comparison {
  /** Changed in the project alone. */
  toSandbox: FileChange[];
  /** Changed in the sandbox alone. */
  toProject: FileChange[];
  conflicts: FileConflict[];
}

interface Sides {
  /** What both had when they last agreed; empty when nobody knows. */
  base: Manifest;
  project: Manifest;
  sandbox: Manifest;
}

/** Who changed what since the two last agreed. Folders are the project's business alone: a sandbox may have others. */
export function compare({ base, project, sandbox }: Sides): Comparison {
  const result: Comparison = { toSandbox: [], toProject: [], conflicts: [] };
  const paths = [...new Set([...base.keys(), ...project.keys(), ...sandbox.keys()])].sort();
  for (const path of paths) {
    const was = base.get(path);
    const ours = project.get(path);
    // A scan does not tell of folders: one is as it was left.
    const theirs = was === "d" && !sandbox.has(path) ? "d" : sandbox.get(path);
    if (ours === theirs) continue;
    if (theirs === was) result.toSandbox.push({ path, change: changeFrom(was, ours) });
    else if (ours === was) result.toProject.push({ path, change: changeFrom(was, theirs) });
    else result.conflicts.push({ path, project: sideOf(was, ours), sandbox: sideOf(was, theirs) });
  }
  return withoutBlocked(result, { project, sandbox });
}

function changeFrom(from: string | undefined, to: string | undefined): ChangeKind {
  if (to === undefined) return "deleted";
  return from === undefined ? "added" : "changed";
}

function sideOf(was: string | undefined, is: string | undefined): FileConflict["project"] {
  return was === is ? "unchanged" : changeFrom(was, is);
}

/**
 * A file of one side cannot go where the other side has a folder with something in it, or below a file of the other's: such a
 * change is a conflict, unless what is in its way is deleted along with it.
 */
function withoutBlocked(
  { toSandbox, toProject, conflicts }: Comparison,
  { project, sandbox }: Pick<Sides, "project" | "sandbox">,
): Comparison {
  const blocked: FileConflict[] = [];
  const free = (changes: FileChange[], target: Manifest, note: (change: ChangeKind) => Omit<FileConflict, "path">) => {
    const deleted = new Set(changes.filter(({ change }) => change === "deleted").map(({ path }) => path));
    const staying = [...target].filter(([path, key]) => key !== "d" && !deleted.has(path)).map(([path]) => path);
    const files = new Set(staying);
    const folders = new Set(staying.flatMap(ancestors));
    return changes.filter(({ path, change }) => {
      const isClear = change === "deleted" || !(folders.has(path) || ancestors(path).some((each) => files.has(each)));
      if (!isClear) blocked.push({ path, ...note(change) });
      return isClear;
    });
  };
  const pushed = free(toSandbox, sandbox, (change) => ({ project: change, sandbox: "unchanged" }));
  const pulled = free(toProject, project, (change) => ({ project: "unchanged", sandbox: change }));
  return { toSandbox: pushed, toProject: pulled, conflicts: [...conflicts, ...blocked] };
}
