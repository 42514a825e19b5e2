import { z } from "zod";
import { decodeCursor, encodeCursor, textKey } from "../platform/page";
import { pgPool } from "../platform/pg-pool";
import { bounds, childrenOf, LISTED_COLUMNS, type ListedRow } from "./children";
import type { Entry } from "./entry";

export interface ListOptions {
  projectId: string;
  /** The folder; "" for the whole tree's root. */
  folder: string;
  recursive: boolean;
  limit: number;
  cursor: string | undefined;
}

/** What a listing tells of an entry. */
export interface ListedEntry {
  path: string;
  /** The last segment of the path. */
  name: string;
  kind: Entry["kind"];
  /** Bytes; 0 for what is no file. */
  size: number;
  hash?: string;
  executable?: boolean;
  linkTarget?: string;
  updatedAt?: string;
}

export interface EntryPage {
  items: ListedEntry[];
  nextCursor?: string;
}

const pageKey = z.tuple([textKey]);

/** A folder's entries, sorted by the bytes of their paths. Throws `invalid_cursor`. */
export async function listEntries(options: ListOptions): Promise<EntryPage> {
  const after = options.cursor === undefined ? "" : decodeCursor(options.cursor, pageKey)[0];
  const rows = await (options.recursive ? everythingBelow(options, after) : children(options, after));
  const items = rows.slice(0, options.limit);
  const last = items.at(-1);
  return {
    items,
    ...(rows.length > options.limit && last !== undefined ? { nextCursor: encodeCursor([last.path]) } : {}),
  };
}

async function everythingBelow({ projectId, folder, limit }: ListOptions, after: string): Promise<ListedEntry[]> {
  const { from, to } = bounds(folder);
  const { rows } = await pgPool().query<ListedRow>(
    `SELECT ${LISTED_COLUMNS} FROM vfs_entries
     WHERE project_id = $1 AND path > $2 AND path > $3 AND ($4::text IS NULL OR path < $4) ORDER BY path LIMIT $5`,
    [projectId, from, after, to, limit + 1],
  );
  return rows.map(listed);
}

/** Direct children; a folder stands for everything below it. */
async function children({ projectId, folder, limit }: ListOptions, after: string): Promise<ListedEntry[]> {
  const found = await childrenOf({ projectId, folder, after, limit: limit + 1 });
  return found.map(({ path, row }) =>
    row === undefined ? { path, name: nameOf(path), kind: "directory", size: 0 } : listed(row),
  );
}

function listed({ path, kind, size, hash, executable, link_target, updated_at }: ListedRow): ListedEntry {
  const entry: ListedEntry = { path, name: nameOf(path), kind, size, updatedAt: updated_at };
  if (hash !== null) {
    entry.hash = hash;
    entry.executable = executable;
  }
  if (link_target !== null) entry.linkTarget = link_target;
  return entry;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
