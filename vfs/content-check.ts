import { createHash } from "node:crypto";
import { pgPool } from "../platform/pg-pool";
import { REFERENCES } from "./collector";
import { isDamage } from "./content-damage";
import type { StoreName } from "./content-store";
import { storeNamed } from "./stores";

/** What is wrong with a content, or with a row that refers to it. */
export interface ContentProblem {
  kind: "content_missing" | "content_corrupted" | "content_not_stored" | "metadata_differs";
  projectId: string;
  contentId: string;
  store: StoreName;
  message: string;
  /** Some of the files that consist of it, now or in a former version. */
  paths: string[];
}

export interface CheckedPage {
  contents: number;
  bytes: number;
  problems: ContentProblem[];
  /** Id of the last content that was looked at, to go on behind it; undefined at the end. */
  last: string | undefined;
}

export interface CheckOptions {
  /** All projects, unless given. */
  projectId?: string | undefined;
  /** Goes on behind the content of this id. */
  after?: string | undefined;
  limit: number;
}

interface ContentRow {
  id: string;
  projectId: string;
  store: StoreName;
  hash: string | null;
  size: number | null;
}

/** Contents up to this size are read many at a time. */
const SMALL_BYTES = 256 * 1024;
/** Bounds what one page reads, but for a single content that is larger. */
const PAGE_BYTES = 32 * 1024 * 1024;
const PATHS_SHOWN = 10;
const NO_ID = "00000000-0000-0000-0000-000000000000";

/** Holds the next contents, in the order of their ids, to their rows: there, of that length, of that hash. */
export async function checkContents({ projectId, after = NO_ID, limit }: CheckOptions): Promise<CheckedPage> {
  const rows = await nextContents({ projectId, after, limit });
  const page = upToBytes(rows);
  const problems = [...(await findDamage(page)), ...(await findDifferences(page))];
  const isEnd = rows.length < limit && page.length === rows.length;
  return {
    contents: page.length,
    bytes: page.reduce((sum, { size }) => sum + (size ?? 0), 0),
    problems: await Promise.all(problems.map(async (problem) => ({ ...problem, paths: await pathsOf(problem) }))),
    last: isEnd ? undefined : page.at(-1)?.id,
  };
}

/** A damaged content is not given to whoever writes the same bytes again: they store a new one, and the file is whole. */
export async function withdraw(problems: readonly ContentProblem[]): Promise<number> {
  const ids = problems.filter(({ kind }) => kind !== "metadata_differs").map(({ contentId }) => contentId);
  const { rowCount } = await pgPool().query(
    "UPDATE vfs_contents SET stored = false WHERE id = ANY($1::uuid[]) AND stored",
    [ids],
  );
  return rowCount ?? 0;
}

const COLUMNS = `c.id, c.project_id AS "projectId", c.store, c.hash, c.size::float8 AS size`;

/** Rows without a hash are those of writes under way, or that were cut off; something may refer to none of them. */
async function nextContents({ projectId, after, limit }: CheckOptions): Promise<ContentRow[]> {
  const { rows } = await pgPool().query<ContentRow>(
    `SELECT ${COLUMNS} FROM vfs_contents c
     WHERE ($1::uuid IS NULL OR c.project_id = $1) AND c.id > $2 AND (c.hash IS NOT NULL OR ${isReferredTo("c.id")})
     ORDER BY c.id LIMIT $3`,
    [projectId, after, limit],
  );
  return rows;
}

function isReferredTo(id: string): string {
  return `(${REFERENCES.map((table) => `EXISTS (SELECT 1 FROM ${table} r WHERE r.content_id = ${id})`).join(" OR ")})`;
}

function upToBytes(rows: readonly ContentRow[]): ContentRow[] {
  let bytes = 0;
  const end = rows.findIndex(({ size }) => {
    bytes += size ?? 0;
    return bytes > PAGE_BYTES;
  });
  return end === -1 ? [...rows] : rows.slice(0, Math.max(end, 1));
}

type Damage = Omit<ContentProblem, "paths">;

async function findDamage(rows: readonly ContentRow[]): Promise<Damage[]> {
  const suspects: ContentRow[] = [];
  for (const store of ["postgres", "gridfs"] as const) {
    const own = rows.filter((row) => row.store === store);
    const small = own.filter(({ size }) => size !== null && size <= SMALL_BYTES);
    suspects.push(...(await suspectsAmong(small, store)), ...own.filter((row) => !small.includes(row)));
  }
  const damage: Damage[] = [];
  for (const row of suspects) {
    const found = await damageOf(row);
    if (found !== undefined) damage.push(found);
  }
  return damage;
}

/** Those that have to be looked at one by one, because they do not come as they should. */
async function suspectsAmong(rows: readonly ContentRow[], store: StoreName): Promise<ContentRow[]> {
  if (rows.length === 0) return [];
  try {
    const contents = await storeNamed(store).readMany(rows.map(({ id }) => id));
    return rows.filter(({ id, hash }) => {
      const data = contents.get(id);
      return data === undefined || createHash("sha256").update(data).digest("hex") !== hash;
    });
  } catch (error) {
    if (isDamage(error)) return [...rows];
    throw error;
  }
}

/** Looked at again where the content was moved or collected in the meantime. */
async function damageOf(row: ContentRow): Promise<Damage | undefined> {
  const found = await readThrough(row);
  if (found === undefined) return undefined;
  const now = await currentRow(row.id);
  if (now === undefined) return undefined;
  if (now.store !== row.store || now.hash !== row.hash) return await damageOf(now);
  const { id: contentId, projectId, store } = row;
  return { ...found, contentId, projectId, store };
}

async function currentRow(id: string): Promise<ContentRow | undefined> {
  const { rows } = await pgPool().query<ContentRow>(`SELECT ${COLUMNS} FROM vfs_contents c WHERE c.id = $1`, [id]);
  return rows[0];
}

async function readThrough({
  id,
  store,
  hash,
  size,
}: ContentRow): Promise<Pick<ContentProblem, "kind" | "message"> | undefined> {
  if (hash === null) {
    return { kind: "content_not_stored", message: `the content ${id} is referred to and was never stored completely` };
  }
  const sha256 = createHash("sha256");
  let length = 0;
  try {
    for await (const piece of storeNamed(store).open(id)) {
      sha256.update(piece);
      length += piece.length;
    }
  } catch (error) {
    if (isDamage(error)) return { kind: error.reason, message: error.message };
    throw error;
  }
  if (length !== size) {
    return { kind: "content_corrupted", message: `the content ${id} has ${length} bytes in place of ${size}` };
  }
  if (sha256.digest("hex") === hash) return undefined;
  return { kind: "content_corrupted", message: `the content ${id} has another hash than its row says` };
}

/** Rows that give another hash or size than the content that they refer to. */
async function findDifferences(rows: readonly ContentRow[]): Promise<Damage[]> {
  const selects = REFERENCES.map(
    (table) => `SELECT c.id FROM ${table} r JOIN vfs_contents c ON c.id = r.content_id
      WHERE c.id = ANY($1::uuid[]) AND c.hash IS NOT NULL AND (r.hash, r.size) IS DISTINCT FROM (c.hash, c.size)`,
  );
  const { rows: found } = await pgPool().query<{ id: string }>(selects.join(" UNION "), [rows.map(({ id }) => id)]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return found.flatMap(({ id }) => {
    const row = byId.get(id);
    if (row === undefined) return [];
    const message = `a row that refers to the content ${id} gives another hash or size than it has`;
    return [{ kind: "metadata_differs", contentId: id, projectId: row.projectId, store: row.store, message }];
  });
}

async function pathsOf({ contentId }: Damage): Promise<string[]> {
  const selects = REFERENCES.map((table) => `SELECT path FROM ${table} WHERE content_id = $1`);
  const { rows } = await pgPool().query<{ path: string }>(
    `SELECT DISTINCT path FROM (${selects.join(" UNION ALL ")}) AS uses ORDER BY path LIMIT $2`,
    [contentId, PATHS_SHOWN],
  );
  return rows.map(({ path }) => path);
}
