import { pgPool } from "../platform/pg-pool";

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

const SMALLEST_STEP = 100;
const LARGEST_STEP = 2_000;

/**
 * The paths of a folder's direct children, sorted by bytes. Reads the tree's paths in their order and jumps over what lies
 * deeper, so that the cost is that of the page, however much is below the folder.
 *
 * A folder's paths (`a/...`) come behind those of its siblings `a-b` and `a.c`, whose names are longer than its own and go on
 * with a character below '/'. So where the reading stops, folders whose names the last path begins with may be left.
 */
export async function childPaths({ projectId, folder, after, limit }: ChildrenOptions): Promise<string[]> {
  const { from, to } = bounds(folder);
  const children = new Set<string>();
  let position = byBytes(after, from) > 0 ? after : from;
  let step = SMALLEST_STEP;
  while (children.size < limit) {
    const paths = await pathsBehind({ projectId, position, to, limit: step });
    for (const path of paths) {
      const child = childOf(path, from);
      // What lies in a folder of the pages before may come behind their last name.
      if (byBytes(child, after) > 0) children.add(child);
    }
    const last = paths.at(-1);
    if (last === undefined || paths.length < step) return sorted(children).slice(0, limit);
    const child = childOf(last, from);
    position = child === last ? last : `${child}0`;
    step = Math.min(step * 2, LARGEST_STEP);
  }
  for (const path of await foldersOf({ projectId, candidates: shorterNames(position, from) })) {
    if (byBytes(path, after) > 0) children.add(path);
  }
  return sorted(children).slice(0, limit);
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

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function sorted(paths: Set<string>): string[] {
  return [...paths].sort(byBytes);
}

interface Stretch {
  projectId: string;
  position: string;
  to: string | null;
  limit: number;
}

async function pathsBehind({ projectId, position, to, limit }: Stretch): Promise<string[]> {
  const { rows } = await pgPool().query<{ path: string }>(
    `SELECT path FROM vfs_entries WHERE project_id = $1 AND path > $2 AND ($3::text IS NULL OR path < $3)
     ORDER BY path LIMIT $4`,
    [projectId, position, to, limit],
  );
  return rows.map(({ path }) => path);
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
