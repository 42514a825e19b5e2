import { DomainError } from "../platform/errors";
import { pgPool } from "../platform/pg-pool";
import { type StoredContent, storeMany, storeStream } from "./contents";
import { type Entry, fileNotFound, type Location, toEntry } from "./entry";
import { MAX_FILE_BYTES } from "./limits";
import { type Precondition, requirePrecondition } from "./precondition";
import { requireRoom } from "./quota";
import { type FileRow, makeRows, putRows, removeRows } from "./rows";
import { currentStore } from "./stores";
import { changeTree, requireNoClashes } from "./tree";

/** What arrives within this many bytes is stored in one piece. */
const SMALL_BYTES = 256 * 1024;

export interface WriteOptions {
  /** Keeps what the file has when undefined. */
  executable?: boolean | undefined;
  precondition?: Precondition | undefined;
}

/** A file that was written. */
export interface WrittenFile {
  entry: Entry;
  /** Whether there was nothing at the path before. */
  created: boolean;
}

/** Writes a whole file from memory: content first, then the metadata in one transaction. */
export async function writeFile(location: Location, data: Buffer, options: WriteOptions = {}): Promise<WrittenFile> {
  requireSize(data.length);
  const { projectId, path } = location;
  const [content] = await storeMany([{ data, path }], { projectId, store: currentStore() });
  if (content === undefined) throw new Error("storing one content gave none");
  return await putEntry(location, content, options);
}

export interface WriteStreamOptions extends WriteOptions {
  /** What the sender announced; a stream that ends with another number of bytes was cut off, and nothing is written. */
  expectedBytes?: number | undefined;
}

/** Writes a file as it comes; only its beginning is ever in memory. */
export async function writeStream(
  location: Location,
  data: AsyncIterable<Uint8Array>,
  options: WriteStreamOptions = {},
): Promise<WrittenFile> {
  const { expectedBytes } = options;
  if (expectedBytes !== undefined) requireSize(expectedBytes);
  const iterator = data[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let bytes = 0;
  while (bytes <= SMALL_BYTES) {
    const { done, value } = await iterator.next();
    if (done === true) {
      requireWhole(bytes, expectedBytes);
      return await writeFile(location, Buffer.concat(head), options);
    }
    head.push(value);
    bytes += value.length;
  }
  await requirePrecondition(pgPool(), location, options.precondition);
  await requireRoom(location, expectedBytes ?? bytes);
  const { projectId, path } = location;
  const whole = limited(head, iterator, expectedBytes);
  const content = await storeStream({ data: whole, path }, { projectId, store: currentStore() });
  return await putEntry(location, content, options);
}

async function* limited(
  head: Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
  expectedBytes: number | undefined,
): AsyncGenerator<Uint8Array> {
  yield* head;
  let bytes = head.reduce((sum, piece) => sum + piece.length, 0);
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
    bytes += next.value.length;
    requireSize(bytes);
    yield next.value;
  }
  requireWhole(bytes, expectedBytes);
}

export function requireSize(bytes: number): void {
  if (bytes > MAX_FILE_BYTES)
    throw new DomainError("file_too_large", `a file may have at most ${MAX_FILE_BYTES} bytes`);
}

function requireWhole(bytes: number, expected: number | undefined): void {
  if (expected === undefined || bytes === expected) return;
  throw new DomainError("invalid_request", `the body ended after ${bytes} of ${expected} bytes`);
}

async function putEntry(location: Location, content: StoredContent, options: WriteOptions): Promise<WrittenFile> {
  const { projectId, path } = location;
  return await changeTree(projectId, async (client, change) => {
    await requirePrecondition(client, location, options.precondition);
    const row: FileRow = { path, kind: "file", executable: options.executable ?? null, content, target: null };
    const [written] = await putRows(client, { projectId, rows: [row], change });
    if (written === undefined) throw new Error("writing the entry gave no row");
    await requireNoClashes(client, projectId, [path]);
    return { entry: toEntry(written), created: written.created };
  });
}

/** Makes an empty folder; one that is there is fine. Throws `path_conflict`. */
export async function makeDirectory({ projectId, path }: Location): Promise<void> {
  await changeTree(projectId, async (client) => {
    await makeRows(client, { projectId, paths: [path] });
    await requireNoClashes(client, projectId, [path]);
  });
}

/** Removes a file, a symlink, or a folder with everything in it. Throws `file_not_found` and `version_conflict`. */
export async function removePath(location: Location, precondition?: Precondition): Promise<void> {
  const { projectId, path } = location;
  await changeTree(projectId, async (client) => {
    await requirePrecondition(client, location, precondition);
    if ((await removeRows(client, { projectId, paths: [path] })) === 0) throw fileNotFound(path);
  });
}
