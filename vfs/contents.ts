import { createHash, hash as hashAtOnce } from "node:crypto";
import { DatabaseError, type PoolClient } from "pg";
import { inTransaction, pgPool } from "../platform/pg-pool";
import { confirming } from "./confirm-lock";
import { newContentId } from "./content-id";
import { type ContentStore, isTransactional, type SmallContent, type TransactionalStore } from "./content-store";
import { bigintField, booleanField, copyRows, textField, uuidField } from "./copy-rows";
import { inGroups, severalAtOnce } from "./grouping";

/**
 * Contents of a project's files. The order of a write is fixed: a row, then the bytes, then "stored", and only then may
 * metadata refer to it. So what a crash leaves behind always has a row, and the collector finds it.
 */

export interface StoredContent {
  id: string;
  /** SHA-256 in hexadecimal digits. */
  hash: string;
  size: number;
}

export interface NewContent {
  data: Buffer;
  /** Where it is written, which names it for people who look into the store. */
  path: string;
}

export interface ContentTarget {
  projectId: string;
  store: ContentStore;
}

/** Much less than the collector's grace. */
const TELL_EVERY_MS = 60_000;
/** While a store takes one group, the rows of another are written; more at once are no faster. */
const GROUPS = { bytesOf: ({ size }: StoredContent) => size, bytes: 2 * 1024 * 1024, items: 500 };
const GROUPS_AT_ONCE = 2;
/** PostgreSQL's unique_violation and deadlock_detected. */
const TAKEN = "23505";
const DEADLOCK = "40P01";
const MAX_ATTEMPTS = 5;

export function hashOf(data: Uint8Array): string {
  return hashAtOnce("sha256", data);
}

/** Stores small contents, each distinct one once. Gives what is stored, in the order of what was given. */
export async function storeMany(
  contents: readonly NewContent[],
  { projectId, store }: ContentTarget,
): Promise<StoredContent[]> {
  const hashes = contents.map(({ data }) => hashOf(data));
  const distinct = new Map(contents.map((content, i) => [hashes[i] ?? "", content]));
  const stored = await despiteDeadlock(() => storeDistinct(distinct, { projectId, store }));
  return hashes.map((hash) => found(stored, hash));
}

/**
 * Runs it again when PostgreSQL has undone it to end a deadlock. Who stores contents takes rows in one order, but inside of one
 * statement PostgreSQL itself waits for others at its unique index while it replaces a row that others wait for.
 */
async function despiteDeadlock<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DatabaseError && error.code === DEADLOCK) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function storeDistinct(
  contents: ReadonlyMap<string, NewContent>,
  { projectId, store }: ContentTarget,
): Promise<Map<string, StoredContent>> {
  const [first] = contents;
  // A single one is hardly ever there already, so that it is tried at once.
  if (first !== undefined && contents.size === 1 && isTransactional(store)) {
    const [hash, { data, path }] = first;
    const content = { id: newContentId(), hash, size: data.length };
    const written = await store.putRecorded(projectId, { ...content, data, name: nameOf(projectId, path) });
    if (written) return new Map([[hash, content]]);
  }
  const stored = await reuse(pgPool(), { projectId, hashes: [...contents.keys()] });
  // In one order for everybody, as `confirming` asks of those who share the lock.
  const fresh = [...contents]
    .filter(([hash]) => !stored.has(hash))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([hash, { data, path }]) => ({
      id: newContentId(),
      hash,
      size: data.length,
      data,
      name: nameOf(projectId, path),
    }));
  const storeGroup = (group: FreshContent[]): Promise<StoredContent[]> =>
    isTransactional(store) ? storeTogether(group, { projectId, store }) : storeElsewhere(group, { projectId, store });
  await severalAtOnce(inGroups(fresh, GROUPS), {
    atOnce: GROUPS_AT_ONCE,
    work: async (group) => {
      for (const content of await storeGroup(group)) stored.set(content.hash, content);
    },
  });
  // Somebody else has stored one of them meanwhile, which is found now.
  return stored.size < contents.size ? await storeDistinct(contents, { projectId, store }) : stored;
}

type FreshContent = StoredContent & SmallContent;

async function storeElsewhere(fresh: FreshContent[], { projectId, store }: ContentTarget): Promise<StoredContent[]> {
  await pgPool().query("INSERT INTO vfs_contents (id, project_id, store) SELECT unnest($1::uuid[]), $2, $3", [
    fresh.map(({ id }) => id),
    projectId,
    store.name,
  ]);
  await store.putMany(fresh);
  return await confirm(projectId, fresh);
}

/**
 * Rows and bytes in one transaction. Gives nothing, and has stored nothing, when the project has one of the contents
 * already.
 */
async function storeTogether(
  fresh: FreshContent[],
  { projectId, store }: ContentTarget & { store: TransactionalStore },
): Promise<StoredContent[]> {
  const [project, storeName, isStored] = [uuidField(projectId), textField(store.name), booleanField(true)];
  const rows = fresh.map(({ id, hash, size }) => [
    uuidField(id),
    project,
    textField(hash),
    bigintField(size),
    storeName,
    isStored,
  ]);
  try {
    await inTransaction(async (client) => {
      await client.query(`SELECT ${confirming("$1", { shared: true })}`, [projectId]);
      await copyRows(client, "vfs_contents (id, project_id, hash, size, store, stored)", rows);
      await store.putManyWithin(client, fresh);
    });
    return fresh.map(({ id, hash, size }) => ({ id, hash, size }));
  } catch (error) {
    if (error instanceof DatabaseError && error.code === TAKEN) return [];
    throw error;
  }
}

/** Stores one content of any size as it comes, without having it in memory. */
export async function storeStream(
  { data, path }: { data: AsyncIterable<Uint8Array>; path: string },
  { projectId, store }: ContentTarget,
): Promise<StoredContent> {
  const id = newContentId();
  await pgPool().query("INSERT INTO vfs_contents (id, project_id, store) VALUES ($1, $2, $3)", [
    id,
    projectId,
    store.name,
  ]);
  const { pieces, digest } = hashing(data);
  const size = await store.put({ id, name: nameOf(projectId, path), data: keptInUse(id, pieces) });
  const hash = digest();
  const confirmed = await despiteDeadlock(() => confirm(projectId, [{ id, hash, size }]));
  return found(new Map(confirmed.map((content) => [content.hash, content])), hash);
}

/** What the content is called in a store that has names: several files may share it, and the first one gives it. */
function nameOf(projectId: string, path: string): string {
  return `${projectId}/${path}`;
}

function found(stored: Map<string, StoredContent>, hash: string): StoredContent {
  const content = stored.get(hash);
  if (content === undefined) throw new Error(`the content ${hash} was stored and not confirmed`);
  return content;
}

/** The same pieces, and the hash of them once they have passed. */
export function hashing(data: AsyncIterable<Uint8Array>): {
  pieces: AsyncIterable<Uint8Array>;
  digest: () => string;
} {
  const sha256 = createHash("sha256");
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for await (const piece of data) {
      sha256.update(piece);
      yield piece;
    }
  }
  return { pieces: pieces(), digest: () => sha256.digest("hex") };
}

/** Tells the collector from time to time that the content is still being written, however slowly it comes. */
async function* keptInUse(id: string, data: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let due = Date.now() + TELL_EVERY_MS;
  for await (const piece of data) {
    if (Date.now() >= due) {
      await pgPool().query("UPDATE vfs_contents SET unused_since = NULL WHERE id = $1", [id]);
      due = Date.now() + TELL_EVERY_MS;
    }
    yield piece;
  }
}

/** The content of that hash, if the project has it, kept from the collector for another while. */
export async function findStored(projectId: string, hash: string): Promise<StoredContent | undefined> {
  return (await reuse(pgPool(), { projectId, hashes: [hash] })).get(hash);
}

/** Those of the hashes that the project has already, kept from the collector for another while. */
async function reuse(
  client: Pick<PoolClient, "query">,
  { projectId, hashes }: { projectId: string; hashes: string[] },
): Promise<Map<string, StoredContent>> {
  // One that is in use has the whole grace before it, and is left alone. The others are locked in one order, so that two that
  // want the same contents do not wait for each other.
  const { rows } = await client.query<{ id: string; hash: string; size: string }>(
    `WITH wanted AS MATERIALIZED (
       SELECT id, hash, size, unused_since FROM vfs_contents WHERE project_id = $1 AND hash = ANY($2::text[]) AND stored),
     kept AS (
       UPDATE vfs_contents SET unused_since = NULL WHERE id IN (
         SELECT c.id FROM vfs_contents c JOIN wanted w ON w.id = c.id WHERE w.unused_since IS NOT NULL
         ORDER BY c.hash FOR NO KEY UPDATE OF c)
       RETURNING id)
     SELECT id, hash, size FROM wanted WHERE unused_since IS NULL OR id IN (SELECT id FROM kept)`,
    [projectId, hashes],
  );
  return new Map(rows.map((row) => [row.hash, { ...row, size: Number(row.size) }]));
}

/**
 * Marks contents as stored. Where somebody else stored the same one meanwhile, theirs is given in its place, and the row
 * of ours is left to the collector.
 */
async function confirm(projectId: string, contents: readonly StoredContent[]): Promise<StoredContent[]> {
  return await inTransaction(async (client) => {
    await client.query(`SELECT ${confirming("$1")}`, [projectId]);
    const { rows } = await client.query<{ id: string }>(
      `UPDATE vfs_contents c SET hash = v.hash, size = v.size, stored = true, unused_since = NULL
       FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS v (id, hash, size)
       WHERE c.id = v.id AND NOT EXISTS (
         SELECT 1 FROM vfs_contents o WHERE o.project_id = $4 AND o.hash = v.hash AND o.stored)
       RETURNING c.id`,
      [contents.map(({ id }) => id), contents.map(({ hash }) => hash), contents.map(({ size }) => size), projectId],
    );
    const own = new Set(rows.map(({ id }) => id));
    const confirmed = contents.filter(({ id }) => own.has(id)).map(({ id, hash, size }) => ({ id, hash, size }));
    const hashes = contents.flatMap(({ id, hash }) => (own.has(id) ? [] : [hash]));
    if (hashes.length > 0) confirmed.push(...(await reuse(client, { projectId, hashes })).values());
    return confirmed;
  });
}
