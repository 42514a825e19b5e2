import { pgPool } from "../platform/pg-pool";
import { GRACE_MINUTES, UNREFERENCED } from "./collector";
import type { StoreName } from "./content-store";
import { storedInGridFS } from "./stores";

/** Contents, and bytes in a store, that nothing leads to. */
export interface Orphans {
  /** Contents that nothing refers to and that the collector will take when their time has come. */
  waiting: number;
  /** Those that should have been gone, since they have been unused for longer than an hour. */
  overdue: number;
  /** Bytes in a store that no row speaks of, by the content's id. */
  bytesOnly: { store: StoreName; id: string }[];
  /** Files in the bucket whose ids are none of ours. They are never touched. */
  foreign: number;
}

const OVERDUE_MINUTES = 60;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Looks through both stores, and does not count bytes that are younger than the grace. */
export async function findOrphans({ graceMinutes = GRACE_MINUTES } = {}): Promise<Orphans> {
  const { rows } = await pgPool().query<{ waiting: number; overdue: number }>(
    `SELECT count(*)::int AS waiting,
       count(*) FILTER (WHERE unused_since < now() - make_interval(mins => $1))::int AS overdue
     FROM vfs_contents c WHERE ${UNREFERENCED}`,
    [OVERDUE_MINUTES],
  );
  const { waiting = 0, overdue = 0 } = rows[0] ?? {};
  const gridFS = await orphansInGridFS(graceMinutes);
  const bytesOnly = [...(await orphansInPostgres()), ...gridFS.ids].map(([store, id]) => ({ store, id }));
  return { waiting: waiting - overdue, overdue, bytesOnly, foreign: gridFS.foreign };
}

/** Has the collector remove the bytes that no row speaks of. */
export async function doomOrphans(orphans: Orphans["bytesOnly"]): Promise<void> {
  await pgPool().query(
    `INSERT INTO vfs_doomed_contents (id, store) SELECT o.id, o.store FROM unnest($1::uuid[], $2::text[]) AS o (id, store)
     WHERE ${UNSPOKEN_OF} ON CONFLICT (id, store) DO NOTHING`,
    [orphans.map(({ id }) => id), orphans.map(({ store }) => store)],
  );
}

/** SQL: neither a content nor a note of what is to be removed knows the bytes of the alias `o`. */
const UNSPOKEN_OF = `NOT EXISTS (SELECT 1 FROM vfs_contents c WHERE c.id = o.id AND c.store = o.store)
  AND NOT EXISTS (SELECT 1 FROM vfs_doomed_contents d WHERE d.id = o.id AND d.store = o.store)`;

/** Chunks go with the content's row, so only those of a content that is in the other store can be left over. */
async function orphansInPostgres(): Promise<[StoreName, string][]> {
  const { rows } = await pgPool().query<{ id: string }>(
    `SELECT o.id FROM (SELECT id, 'postgres' AS store FROM vfs_contents WHERE store <> 'postgres') o
     WHERE EXISTS (SELECT 1 FROM vfs_chunks k WHERE k.content_id = o.id) AND ${UNSPOKEN_OF}`,
  );
  return rows.map(({ id }) => ["postgres", id]);
}

async function orphansInGridFS(graceMinutes: number): Promise<{ ids: [StoreName, string][]; foreign: number }> {
  const youngest = Date.now() - graceMinutes * 60_000;
  const unknown = new Set<string>();
  const foreign = new Set<string>();
  for await (const parts of storedInGridFS()) {
    const ids = new Set<string>();
    for (const { id, since } of parts) {
      if (typeof id !== "string" || !UUID.test(id)) foreign.add(String(id));
      else if (since.getTime() <= youngest) ids.add(id);
    }
    for (const id of await unspokenOf([...ids])) unknown.add(id);
  }
  // What was removed while the bucket was read is no orphan.
  const still = unknown.size === 0 ? [] : await stillInGridFS(unknown);
  return { ids: still.map((id) => ["gridfs", id]), foreign: foreign.size };
}

async function unspokenOf(ids: string[]): Promise<string[]> {
  const { rows } = await pgPool().query<{ id: string }>(
    `SELECT o.id FROM (SELECT unnest($1::uuid[]) AS id, 'gridfs' AS store) o WHERE ${UNSPOKEN_OF}`,
    [ids],
  );
  return rows.map(({ id }) => id);
}

async function stillInGridFS(ids: ReadonlySet<string>): Promise<string[]> {
  const found = new Set<string>();
  for await (const parts of storedInGridFS([...ids])) {
    for (const { id } of parts) if (typeof id === "string") found.add(id);
  }
  return [...found];
}
