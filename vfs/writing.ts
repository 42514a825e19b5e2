import type { PoolClient } from "pg";
import { DomainError } from "../platform/errors";
import { type StoredContent, storeMany, storeStream } from "./contents";
import { ENTRY_COLUMNS, type Entry, type EntryRow, fileNotFound, type Location, toEntry } from "./entry";
import { currentStore } from "./stores";
import { changeTree, requireNoClash } from "./tree";

/** Larger files are refused; they belong outside a project. */
const MAX_FILE_BYTES = 1024 ** 3;
/** What arrives within this many bytes is stored in one piece. */
const SMALL_BYTES = 256 * 1024;

/** What the path must be like for the write to happen (RFC 9110, section 13.1). */
export type Precondition =
  /** The content's hash is one of these; `*` stands for any file. */
  | { ifMatch: string[] }
  /** There is no file. */
  | { ifNoneMatch: "*" };

export interface WriteOptions {
  executable?: boolean;
  precondition?: Precondition;
}

/** Writes a whole file from memory: content first, then the metadata in one transaction. */
export async function writeFile(location: Location, data: Buffer, options: WriteOptions = {}): Promise<Entry> {
  requireSize(data.length);
  const { projectId, path } = location;
  const [content] = await storeMany([{ data, path }], { projectId, store: currentStore() });
  if (content === undefined) throw new Error("storing one content gave none");
  return await putEntry(location, content, options);
}

/** Writes a file as it comes; only its beginning is ever in memory. */
export async function writeStream(
  location: Location,
  data: AsyncIterable<Uint8Array>,
  options: WriteOptions = {},
): Promise<Entry> {
  const iterator = data[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let bytes = 0;
  while (bytes <= SMALL_BYTES) {
    const { done, value } = await iterator.next();
    if (done === true) return await writeFile(location, Buffer.concat(head), options);
    head.push(value);
    bytes += value.length;
  }
  const { projectId, path } = location;
  const content = await storeStream({ data: limited(head, iterator), path }, { projectId, store: currentStore() });
  return await putEntry(location, content, options);
}

async function* limited(head: Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* head;
  let bytes = head.reduce((sum, piece) => sum + piece.length, 0);
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
    bytes += next.value.length;
    requireSize(bytes);
    yield next.value;
  }
}

function requireSize(bytes: number): void {
  if (bytes > MAX_FILE_BYTES)
    throw new DomainError("file_too_large", `a file may have at most ${MAX_FILE_BYTES} bytes`);
}

async function putEntry({ projectId, path }: Location, content: StoredContent, options: WriteOptions): Promise<Entry> {
  return await changeTree(projectId, async (client) => {
    await requirePrecondition(client, { projectId, path }, options.precondition);
    await requireNoClash(client, projectId, path);
    const { rows } = await client.query<EntryRow>(
      `INSERT INTO vfs_entries AS e (project_id, path, kind, executable, size, hash, content_id)
       VALUES ($1, $2, 'file', COALESCE($3, false), $4, $5, $6)
       ON CONFLICT (project_id, path) DO UPDATE SET kind = 'file', executable = COALESCE($3, e.executable),
         size = EXCLUDED.size, hash = EXCLUDED.hash, content_id = EXCLUDED.content_id, link_target = NULL,
         version = e.version + 1, updated_at = now()
       RETURNING ${ENTRY_COLUMNS}`,
      [projectId, path, options.executable ?? null, content.size, content.hash, content.id],
    );
    const row = rows[0];
    if (row === undefined) throw new Error("writing the entry gave no row");
    return toEntry(row);
  });
}

async function requirePrecondition(
  client: PoolClient,
  location: Location,
  precondition: Precondition | undefined,
): Promise<void> {
  if (precondition === undefined) return;
  const { rows } = await client.query<{ hash: string | null }>(
    "SELECT hash FROM vfs_entries WHERE project_id = $1 AND path = $2",
    [location.projectId, location.path],
  );
  const hash = rows[0]?.hash ?? undefined;
  if ("ifNoneMatch" in precondition) {
    if (rows.length > 0) throw new DomainError("version_conflict", `'${location.path}' exists already`);
  } else if (hash === undefined || !(precondition.ifMatch.includes("*") || precondition.ifMatch.includes(hash))) {
    throw new DomainError("version_conflict", `'${location.path}' is not as it was when it was read`);
  }
}

/** Makes an empty folder; one that is there is fine. */
export async function makeDirectory({ projectId, path }: Location): Promise<void> {
  await changeTree(projectId, async (client) => {
    const { rows } = await client.query<{ kind: string }>(
      "SELECT kind FROM vfs_entries WHERE project_id = $1 AND path = $2",
      [projectId, path],
    );
    if (rows[0] !== undefined && rows[0].kind !== "directory") {
      throw new DomainError("path_conflict", `'${path}' is a file already`);
    }
    const { rowCount } = await client.query(
      "SELECT 1 FROM vfs_entries WHERE project_id = $1 AND path > $2 || '/' AND path < $2 || '0' LIMIT 1",
      [projectId, path],
    );
    if (rows.length > 0 || rowCount !== 0) return;
    await requireNoClash(client, projectId, path);
    await client.query("INSERT INTO vfs_entries (project_id, path, kind) VALUES ($1, $2, 'directory')", [
      projectId,
      path,
    ]);
  });
}

/** Removes a file, a symlink, or a folder with everything in it. Throws `file_not_found`. */
export async function removePath(location: Location, precondition?: Precondition): Promise<void> {
  const { projectId, path } = location;
  await changeTree(projectId, async (client) => {
    await requirePrecondition(client, location, precondition);
    const { rowCount } = await client.query(
      "DELETE FROM vfs_entries WHERE project_id = $1 AND (path = $2 OR (path > $2 || '/' AND path < $2 || '0'))",
      [projectId, path],
    );
    if (rowCount === 0) throw fileNotFound(path);
  });
}
