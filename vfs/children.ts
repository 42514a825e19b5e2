import { pgPool } from "../platform/pg-pool";
import { byBytes } from "./byte-order";
import type { Entry } from "./entry";

export interface ChildrenOptions {
  projectId: string;
  /** "" for the tree's root. */
  folder: string;
  /** The path of the last child that is known already; "" for none. */
  after: string;
  limit: number;
}

/** Bounds of the paths below a folder: '0' is the character behind '/'. */
export function bounds(folder: string): { from: string; to: string | null } {
  return folder === "" ? { from: "", to: null } : { from: `${folder}/`, to: `${folder}0` };
}

const SMALLEST_STEP = 200;
const LARGEST_STEP = 4_000;

/** What a listing shows of a row, in the form that it shows it: ten thousand rows are no time to make dates of. */
export const LISTED_COLUMNS = `path, kind, size::float8 AS size, executable, hash, link_target,
  to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS updated_at`;

export interface ListedRow {
  path: string;
  kind: Entry["kind"];
  size: number;
  executable: boolean;
  hash: string | null;
  link_target: string | null;
  /** RFC 3339. */
  updated_at: string;
}

export interface Child {
  path: string;
  /** Undefined for a folder that exists by what is in it. */
  row: ListedRow | undefined;
}

/**
 * A folder's direct children, sorted by the bytes of their paths. Reads the tree's rows in their order and jumps over what
 * lies deeper, so that the cost is that of the page, however much is below the folder.
 *
 * A folder's paths (`a/...`) come behind those of its siblings `a-b` and `a.c`, whose names are longer than its own and go on
 * with a character below '/'. So where the reading stops, folders whose names the last path begins with may be left.
 */
export async function childrenOf({ projectId, folder, after, limit }: ChildrenOptions): Promise<Child[]> {
  const { from, to } = bounds(folder);
  const children = new Map<string, ListedRow | undefined>();
  let position = byBytes(after, from) > 0 ? after : from;
  let step = SMALLEST_STEP;
  while (children.size < limit) {
    const rows = await rowsBehind({ projectId, position, to, limit: step });
    for (const row of rows) {
      const child = childOf(row.path, from);
      // What lies in a folder of the pages before may come behind their last name.
      if (!children.has(child) && byBytes(child, after) > 0) children.set(child, child === row.path ? row : undefined);
    }
    const last = rows.at(-1)?.path;
    if (last === undefined || rows.length < step) return sorted(children, limit);
    const child = childOf(last, from);
    position = child === last ? last : `${child}0`;
    step = Math.min(step * 2, LARGEST_STEP);
  }
  for (const path of await foldersOf({ projectId, candidates: shorterNames(position, from) })) {
    if (!children.has(path) && byBytes(path, after) > 0) children.set(path, undefined);
  }
  return sorted(children, limit);
}

function childOf(path: string, from: string): string {
  const slash = path.indexOf("/", from.length);
  return slash < 0 ? path : path.slice(0, slash);
}

/** The beginnings of a child's path that may be folders which come behind it: those that a character below '/' follows. */
function shorterNames(position: string, from: string): string[] {
  const names: string[] = [];
  for (let end = from.length + 1; end < position.length; end++) {
    if ((position[end] ?? "") < "/") names.push(position.slice(0, end));
  }
  return names;
}

function sorted(children: Map<string, ListedRow | undefined>, limit: number): Child[] {
  const paths = [...children.keys()].sort(byBytes).slice(0, limit);
  return paths.map((path) => ({ path, row: children.get(path) }));
}

interface Stretch {
  projectId: string;
  position: string;
  to: string | null;
  limit: number;
}

async function rowsBehind({ projectId, position, to, limit }: Stretch): Promise<ListedRow[]> {
  const { rows } = await pgPool().query<ListedRow>(
    `SELECT ${LISTED_COLUMNS} FROM vfs_entries WHERE project_id = $1 AND path > $2 AND ($3::text IS NULL OR path < $3)
     ORDER BY path LIMIT $4`,
    [projectId, position, to, limit],
  );
  return rows;
}

async function foldersOf({ projectId, candidates }: { projectId: string; candidates: string[] }): Promise<string[]> {
  if (candidates.length === 0) return [];
  const { rows } = await pgPool().query<{ path: string }>(
    `SELECT c.path FROM unnest($2::text[]) AS c (path) WHERE EXISTS (
       SELECT 1 FROM vfs_entries e WHERE e.project_id = $1 AND e.path > c.path || '/' AND e.path < c.path || '0')`,
    [projectId, candidates],
  );
  return rows.map(({ path }) => path);
}
