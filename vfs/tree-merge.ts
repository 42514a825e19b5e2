import type { PoolClient } from "pg";
import { ancestors } from "./path";
import { FIRST, slashFirst } from "./path-order";
import { WAS_THERE, writing } from "./rows";
import type { TreeChange } from "./tree";

/** A file that the import would have written otherwise, had it not been changed in the project. */
export interface MergeConflict {
  path: string;
  /** What was done to it in the project since the last import. */
  here: "added" | "changed" | "deleted";
  /** What the repository did to it since then. */
  there: "added" | "changed" | "deleted" | "unchanged";
}

/** What became of the tree. */
export interface MergeResult {
  added: number;
  changed: number;
  removed: number;
  /** The first of them. */
  conflicts: MergeConflict[];
  conflictCount: number;
}

export interface MergeOptions {
  projectId: string;
  /** The stage that is brought in. */
  stageId: string;
  /** The stage that was brought in last: what the project's files were before anybody changed them. */
  baseId: string | null;
  /** Whether the stage wins where both sides changed something. */
  overwrite: boolean;
  change: TreeChange;
}

const MAX_NAMED = 1_000;

/** Whether two rows hold the same; `IS NOT TRUE` of it also covers a row that is not there. */
const same = (a: string, b: string): string =>
  `(${a}.kind, ${a}.executable, COALESCE(${a}.hash, ''), COALESCE(${a}.link_target, ''))
   = (${b}.kind, ${b}.executable, COALESCE(${b}.hash, ''), COALESCE(${b}.link_target, ''))`;

/** The project was changed at the path since the last import, and not to what the stage has there. */
const CHANGED_HERE = `CASE WHEN t.path IS NULL THEN b.path IS NOT NULL
  ELSE (${same("t", "b")}) IS NOT TRUE AND (${same("t", "s")}) IS NOT TRUE END`;

/**
 * Makes the project's tree what the stage has, inside a transaction that holds the tree's lock. What was changed in the
 * project since the last import stays and is named, unless `overwrite` is asked for; what was added there stays in any case,
 * if nothing of the stage takes its place.
 */
export async function mergeStage(client: PoolClient, options: MergeOptions): Promise<MergeResult> {
  if (options.baseId === null && options.change.intoEmpty) return await fill(client, options);
  const differences = await compare(client, options);
  const { conflicts, own } = differences;
  const removed = await remove(client, { ...options, paths: differences.gone });
  const blocked = await clearTheWay(client, options, own);
  const blockedPaths = new Set(blocked.paths);
  const fresh = differences.fresh.filter((path) => !blockedPaths.has(path));
  const { added, changed } = await write(client, options, fresh);
  return {
    added,
    changed,
    removed: removed + blocked.removed,
    conflicts: [...conflicts.named, ...blocked.paths.map(clash)].slice(0, MAX_NAMED),
    conflictCount: conflicts.count + blocked.paths.length,
  };
}

async function fill(client: PoolClient, { projectId, stageId, change }: MergeOptions): Promise<MergeResult> {
  const { rowCount } = await client.query(writing("SELECT * FROM vfs_staged_entries WHERE stage_id = $2", change), [
    projectId,
    stageId,
  ]);
  return { added: rowCount ?? 0, changed: 0, removed: 0, conflicts: [], conflictCount: 0 };
}

interface OwnRow {
  path: string;
  kind: string;
}

/** What the stage, the tree and the former stage have otherwise than each other. */
interface Differences {
  conflicts: { named: MergeConflict[]; count: number };
  /** What the former stage brought and the stage has no more. */
  gone: string[];
  /** What is in the tree and in neither of the stages. */
  own: OwnRow[];
  /** What of the stage is to be written. */
  fresh: string[];
}

/**
 * Looks at each of the three once, by a sorted or a hashed list. Where the database's statistics are of before the stage came,
 * it takes it for empty, and would compare every row with every other.
 */
async function compare(client: PoolClient, options: MergeOptions): Promise<Differences> {
  await client.query("SET LOCAL enable_nestloop = off");
  const conflicts = options.overwrite ? { named: [], count: 0 } : await conflictsOf(client, options);
  const gone = await goneOf(client, options);
  const own = await ownOf(client, options);
  const fresh = await freshOf(client, options);
  await client.query("SET LOCAL enable_nestloop TO DEFAULT");
  const isGone = new Set(gone);
  return { conflicts, gone, own: own.filter(({ path }) => !isGone.has(path)), fresh };
}

async function conflictsOf(
  client: PoolClient,
  { projectId, stageId, baseId }: MergeOptions,
): Promise<{ named: MergeConflict[]; count: number }> {
  const { rows } = await client.query<MergeConflict & { count: string }>(
    `WITH t AS (SELECT * FROM vfs_entries WHERE project_id = $1),
          s AS (SELECT * FROM vfs_staged_entries WHERE stage_id = $2),
          b AS (SELECT * FROM vfs_staged_entries WHERE stage_id = $3)
     SELECT path, count(*) OVER () AS count,
            CASE WHEN t.path IS NULL THEN 'deleted' WHEN b.path IS NULL THEN 'added' ELSE 'changed' END AS here,
            CASE WHEN s.path IS NULL THEN 'deleted' WHEN b.path IS NULL THEN 'added'
                 WHEN ${same("s", "b")} THEN 'unchanged' ELSE 'changed' END AS there
     FROM t FULL JOIN s USING (path) FULL JOIN b USING (path)
     WHERE ${CHANGED_HERE} AND (s.path IS NOT NULL OR (t.path IS NOT NULL AND b.path IS NOT NULL))
     ORDER BY path LIMIT $4`,
    [projectId, stageId, baseId, MAX_NAMED],
  );
  const named = rows.map(({ path, here, there }) => ({ path, here, there }));
  return { named, count: Number(rows[0]?.count ?? 0) };
}

async function goneOf(client: PoolClient, { projectId, stageId, baseId, overwrite }: MergeOptions): Promise<string[]> {
  const { rows } = await client.query<{ path: string }>(
    `SELECT t.path FROM vfs_entries t JOIN vfs_staged_entries b ON b.path = t.path
     WHERE t.project_id = $1 AND b.stage_id = $3 AND ($4 OR ${same("t", "b")})
       AND NOT EXISTS (SELECT 1 FROM vfs_staged_entries s WHERE s.stage_id = $2 AND s.path = t.path)`,
    [projectId, stageId, baseId, overwrite],
  );
  return rows.map(({ path }) => path);
}

async function ownOf(client: PoolClient, { projectId, stageId }: MergeOptions): Promise<OwnRow[]> {
  const { rows } = await client.query<OwnRow>(
    `SELECT path, kind FROM vfs_entries t WHERE project_id = $1 AND NOT EXISTS (
       SELECT 1 FROM vfs_staged_entries s WHERE s.stage_id = $2 AND s.path = t.path)`,
    [projectId, stageId],
  );
  return rows;
}

/** Rows that stay as they are keep their version and their times. */
async function freshOf(client: PoolClient, { projectId, stageId, baseId, overwrite }: MergeOptions): Promise<string[]> {
  const { rows } = await client.query<{ path: string }>(
    `SELECT s.path FROM vfs_staged_entries s
     LEFT JOIN vfs_entries t ON t.project_id = $1 AND t.path = s.path
     LEFT JOIN vfs_staged_entries b ON b.stage_id = $3 AND b.path = s.path
     WHERE s.stage_id = $2 AND (${same("t", "s")}) IS NOT TRUE AND ($4 OR NOT (${CHANGED_HERE}))`,
    [projectId, stageId, baseId, overwrite],
  );
  return rows.map(({ path }) => path);
}

async function remove(
  client: PoolClient,
  { projectId, paths }: { projectId: string; paths: string[] },
): Promise<number> {
  if (paths.length === 0) return 0;
  const { rowCount } = await client.query("DELETE FROM vfs_entries WHERE project_id = $1 AND path = ANY($2::text[])", [
    projectId,
    paths,
  ]);
  return rowCount ?? 0;
}

/**
 * A path cannot be a file and a folder at once. Where something that the project has of its own meets the stage like
 * that, it stays and blocks the stage's paths; with `overwrite`, it goes.
 */
async function clearTheWay(
  client: PoolClient,
  { projectId, stageId, overwrite }: MergeOptions,
  own: OwnRow[],
): Promise<{ paths: string[]; removed: number }> {
  if (own.length === 0) return { paths: [], removed: 0 };
  const above = [...new Set(own.flatMap(({ path }) => ancestors(path)))];
  const leaves = own.filter(({ kind }) => kind !== "directory").map(({ path }) => path);
  // What lies below an own file comes right behind it where '/' sorts before everything else: one pass, as a join by ranges
  // would look at every pair.
  const { rows } = await client.query<{ path: string }>(
    `SELECT path FROM vfs_staged_entries WHERE stage_id = $1 AND kind <> 'directory' AND path = ANY($2::text[])
     UNION
     SELECT path FROM (
       SELECT path, key, max(key) FILTER (WHERE own) OVER (ORDER BY key) AS leaf FROM (
         SELECT path, own, ${slashFirst("path")} AS key FROM (
           SELECT path, false AS own FROM vfs_staged_entries WHERE stage_id = $1
           UNION ALL SELECT unnest($3::text[]), true) both_sides) keyed) behind
     WHERE starts_with(key, leaf || ${FIRST})`,
    [stageId, above, leaves],
  );
  const meeting = rows.map(({ path }) => path);
  if (!overwrite || meeting.length === 0) return { paths: meeting, removed: 0 };
  const lower = new Set(meeting.flatMap(ancestors));
  const upper = new Set(meeting);
  const going = own.filter(({ path }) => lower.has(path) || ancestors(path).some((folder) => upper.has(folder)));
  return { paths: [], removed: await remove(client, { projectId, paths: going.map(({ path }) => path) }) };
}

async function write(
  client: PoolClient,
  { projectId, stageId, change }: MergeOptions,
  paths: string[],
): Promise<{ added: number; changed: number }> {
  if (paths.length === 0) return { added: 0, changed: 0 };
  const source = "SELECT * FROM vfs_staged_entries WHERE stage_id = $2 AND path = ANY($3::text[])";
  const { rows } = await client.query<{ added: string; changed: string }>(
    `WITH written AS (${writing(source, change)} RETURNING ${WAS_THERE} AS was_there)
     SELECT count(*) FILTER (WHERE NOT was_there) AS added, count(*) FILTER (WHERE was_there) AS changed FROM written`,
    [projectId, stageId, paths],
  );
  return { added: Number(rows[0]?.added ?? 0), changed: Number(rows[0]?.changed ?? 0) };
}

/** Something of the project's own is in the way. */
function clash(path: string): MergeConflict {
  return { path, here: "added", there: "added" };
}
