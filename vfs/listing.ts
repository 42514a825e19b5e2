import { z } from "zod";
import { decodeCursor, encodeCursor } from "../platform/page";
import { pgPool } from "../platform/pg-pool";
import { bounds, childPaths } from "./children";
import { ENTRY_COLUMNS, type Entry, type EntryRow, toEntry } from "./entry";

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

const pageKey = z.tuple([z.string()]);

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
  const { rows } = await pgPool().query<EntryRow>(
    `SELECT ${ENTRY_COLUMNS} FROM vfs_entries e
     WHERE e.project_id = $1 AND e.path > $2 AND e.path > $3 AND ($4::text IS NULL OR e.path < $4)
     ORDER BY e.path LIMIT $5`,
    [projectId, from, after, to, limit + 1],
  );
  return rows.map(listed);
}

/** Direct children; a folder stands for everything below it. */
async function children({ projectId, folder, limit }: ListOptions, after: string): Promise<ListedEntry[]> {
  const paths = await childPaths({ projectId, folder, after, limit: limit + 1 });
  const { rows: own } = await pgPool().query<EntryRow>(
    `SELECT ${ENTRY_COLUMNS} FROM vfs_entries e WHERE e.project_id = $1 AND e.path = ANY($2::text[])`,
    [projectId, paths],
  );
  const byPath = new Map(own.map((row) => [row.path, row]));
  return paths.map((path) => {
    const row = byPath.get(path);
    return row === undefined ? { path, name: nameOf(path), kind: "directory", size: 0 } : listed(row);
  });
}

function listed(row: EntryRow): ListedEntry {
  const { path, kind, size, hash, executable, linkTarget, updatedAt } = toEntry(row);
  return {
    path,
    name: nameOf(path),
    kind,
    size,
    ...(hash === undefined ? {} : { hash, executable }),
    ...(linkTarget === undefined ? {} : { linkTarget }),
    updatedAt,
  };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
