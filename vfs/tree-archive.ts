import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { StoreName } from "./content-store";
import { inGroups } from "./grouping";
import { storeNamed } from "./stores";
import type { TarEntry } from "./tar-header";
import { TarPieces } from "./tar-pieces";
import { type TreeNode, toTreeNode } from "./tree-manifest";
import { readSnapshot, type SnapshotOptions, type SnapshotRow } from "./tree-snapshot";

/** Contents up to this size are read many at a time, larger ones as streams. */
const SMALL_BYTES = 256 * 1024;
const BATCH_BYTES = 2 * 1024 * 1024;
/** The archive is read once, on the same machine or close by: time counts more than size. */
const GZIP_LEVEL = 1;
const GZIP_CHUNK_BYTES = 128 * 1024;
const NOTHING = Buffer.alloc(0);

export interface TreeArchiveOptions extends SnapshotOptions {
  /** Told of each entry as it goes in. */
  onEntry?: (path: string, node: TreeNode) => void;
}

/** The project's tree of one moment as tar.gz, modes and symlinks included. A failure in the middle is an error of the stream. */
export function openTreeArchive(options: TreeArchiveOptions): Readable {
  const gzip = createGzip({ level: GZIP_LEVEL, chunkSize: GZIP_CHUNK_BYTES });
  // The stream that is given out tells of a failure; the pipeline's own promise has no more to say.
  pipeline(Readable.from(piecesOf(options)), gzip).catch(() => undefined);
  return gzip;
}

async function* piecesOf({ onEntry, ...options }: TreeArchiveOptions): AsyncGenerator<Buffer> {
  const tar = new TarPieces();
  for await (const { rows, contents } of oneAhead(readBatches(options))) {
    for (const row of rows) {
      if (isLargeFile(row)) yield* tar.addStream(entryOf(row), storeNamed(row.store).open(row.content_id));
      else {
        const piece = tar.add(entryOf(row), isSmallFile(row) ? contentOf(row, contents) : NOTHING);
        if (piece !== undefined) yield piece;
      }
      onEntry?.(row.path, toTreeNode(row));
    }
  }
  yield tar.end();
}

interface Batch {
  rows: SnapshotRow[];
  /** Those of the small files, by id. */
  contents: Map<string, Buffer>;
}

async function* readBatches(options: SnapshotOptions): AsyncGenerator<Batch> {
  const bytesOf = (row: SnapshotRow) => (isSmallFile(row) ? Number(row.size) : 0);
  for await (const page of readSnapshot(options)) {
    const batches = inGroups(page, { bytesOf, bytes: BATCH_BYTES, items: page.length });
    for (const rows of batches) yield { rows, contents: await readContents(rows) };
  }
}

/** Reads the next one while the present one is compressed. */
async function* oneAhead<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = items.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      next = items.next();
      // Its failure is met when its turn comes.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await items.return(undefined);
  }
}

type FileRow = SnapshotRow & { content_id: string; store: StoreName };

function isSmallFile(row: SnapshotRow): row is FileRow {
  return row.content_id !== null && Number(row.size) <= SMALL_BYTES;
}

function isLargeFile(row: SnapshotRow): row is FileRow {
  return row.content_id !== null && Number(row.size) > SMALL_BYTES;
}

async function readContents(rows: SnapshotRow[]): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  for (const store of ["postgres", "gridfs"] as const) {
    const ids = rows.flatMap((row) => (isSmallFile(row) && row.store === store ? [row.content_id] : []));
    if (ids.length === 0) continue;
    for (const [id, data] of await storeNamed(store).readMany(ids)) contents.set(id, data);
  }
  return contents;
}

function contentOf({ path, content_id: id }: FileRow, contents: Batch["contents"]): Buffer {
  const content = contents.get(id);
  if (content === undefined) throw new Error(`the content of '${path}' was not read`);
  return content;
}

function entryOf(row: SnapshotRow): TarEntry {
  return {
    name: row.path,
    type: row.kind,
    mode: row.kind === "symlink" ? 0o777 : row.kind === "directory" || row.executable ? 0o755 : 0o644,
    size: Number(row.size),
    mtime: row.updated_at,
    target: row.link_target ?? undefined,
  };
}
