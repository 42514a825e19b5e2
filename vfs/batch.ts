import type { PoolClient } from "pg";
import { DomainError } from "../platform/errors";
import { type StoredContent, storeMany } from "./contents";
import { type Entry, toEntry } from "./entry";
import { requireLink } from "./links";
import { requirePath } from "./path";
import { checkPrecondition, type Present, preconditionOf } from "./precondition";
import { type FileRow, makeRows, putRows, removeRows } from "./rows";
import { currentStore } from "./stores";
import { changeTree, requireNoClashes, requireNoClashesAmong } from "./tree";
import { requireSize } from "./writing";

interface Conditional {
  path: string;
  /** The hash that the file must have now, or `*` for whatever is there. */
  ifMatch?: string | undefined;
  /** Nothing may be at the path. */
  ifNoneMatch?: "*" | undefined;
}

export interface FileChange extends Conditional {
  kind: "file";
  content: Uint8Array;
  /** Keeps what the file has when absent. */
  executable?: boolean | undefined;
}

export interface SymlinkChange extends Conditional {
  kind: "symlink";
  target: string;
}

/** Makes an empty folder; one that is there is fine. */
export interface DirectoryChange extends Conditional {
  kind: "directory";
}

/** Removes what is there, a folder with everything in it; nothing is fine, too. */
export interface Deletion extends Conditional {
  kind: "delete";
}

export type Change = FileChange | SymlinkChange | DirectoryChange | Deletion;

export interface BatchResult {
  /** What was written, in the order of the changes. */
  entries: Entry[];
  /** Files, symlinks and made folders that were removed. */
  deleted: number;
}

/**
 * Makes all the changes or none of them, in one transaction: deletions first, then the rest. No path may come twice. Throws
 * `invalid_path`, `invalid_link`, `invalid_request`, `file_too_large`, `version_conflict`, `path_conflict`,
 * `storage_quota_exceeded` and `project_not_found`.
 */
export async function writeBatch(projectId: string, changes: readonly Change[]): Promise<BatchResult> {
  requireValid(changes);
  const contents = await storeContents(projectId, changes);
  const leaves = pathsOf(changes, ["file", "symlink"]);
  const folders = pathsOf(changes, ["directory"]);
  return await changeTree(projectId, async (client, change) => {
    await requireConditions(client, projectId, changes);
    const deleted = await removeRows(client, { projectId, paths: pathsOf(changes, ["delete"]) });
    const put = await putRows(client, { projectId, rows: changes.flatMap((each) => rowOf(each, contents)), change });
    const made = await makeRows(client, { projectId, paths: folders });
    if (change.intoEmpty) requireNoClashesAmong({ leaves, folders });
    else await requireNoClashes(client, projectId, [...leaves, ...folders]);
    const entries = new Map([...put, ...made].map((row) => [row.path, toEntry(row)]));
    return { entries: changes.flatMap(({ path }) => entries.get(path) ?? []), deleted };
  });
}

function requireValid(changes: readonly Change[]): void {
  const seen = new Set<string>();
  for (const change of changes) {
    const path = requirePath(change.path);
    if (seen.has(path)) throw new DomainError("invalid_request", `'${path}' is changed twice in one batch`);
    seen.add(path);
    if (change.kind === "symlink") requireLink(path, change.target);
    if (change.kind === "file") requireSize(change.content.length);
  }
}

function pathsOf(changes: readonly Change[], kinds: Change["kind"][]): string[] {
  return changes.filter(({ kind }) => kinds.includes(kind)).map(({ path }) => path);
}

async function storeContents(projectId: string, changes: readonly Change[]): Promise<Map<Change, StoredContent>> {
  const files = changes.filter((change) => change.kind === "file");
  const contents = files.map(({ path, content }) => ({ path, data: asBuffer(content) }));
  const stored = await storeMany(contents, { projectId, store: currentStore() });
  return new Map(stored.map((content, i) => [files[i] as FileChange, content]));
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function rowOf(change: Change, contents: Map<Change, StoredContent>): FileRow[] {
  const { kind, path } = change;
  if (kind === "symlink") return [{ path, kind, executable: false, content: null, target: change.target }];
  if (kind !== "file") return [];
  const content = contents.get(change) ?? null;
  return [{ path, kind, executable: change.executable ?? null, content, target: null }];
}

/** As `requirePrecondition`, for many paths with one question. */
async function requireConditions(client: PoolClient, projectId: string, changes: readonly Change[]): Promise<void> {
  const conditional = changes.filter(({ ifMatch, ifNoneMatch }) => ifMatch !== undefined || ifNoneMatch !== undefined);
  if (conditional.length === 0) return;
  const { rows } = await client.query<{ path: string; hash: string | null }>(
    `SELECT w.path, e.hash FROM unnest($2::text[]) AS w (path)
     LEFT JOIN vfs_entries e ON e.project_id = $1 AND e.path = w.path
     WHERE e.path IS NOT NULL OR EXISTS (
       SELECT 1 FROM vfs_entries b WHERE b.project_id = $1 AND b.path > w.path || '/' AND b.path < w.path || '0')`,
    [projectId, conditional.map(({ path }) => path)],
  );
  const present = new Map<string, Present>(rows.map(({ path, hash }) => [path, hash]));
  for (const change of conditional) checkPrecondition(change.path, present.get(change.path), preconditionOf(change));
}
