import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Pack, pack } from "tar-stream";
import type { StoreName } from "./content-store";
import { storeNamed } from "./stores";
import { type TreeNode, toTreeNode } from "./tree-manifest";
import { readSnapshot, type SnapshotOptions, type SnapshotRow } from "./tree-snapshot";

/** Contents up to this size are read many at a time, larger ones as streams. */
const SMALL_BYTES = 256 * 1024;
const BATCH_BYTES = 8 * 1024 * 1024;
/** The archive is read once, on the same machine or close by: time counts more than size. */
const GZIP_LEVEL = 1;

export interface TreeArchiveOptions extends SnapshotOptions {
  /** Told of each entry as it goes in. */
  onEntry?: (path: string, node: TreeNode) => void;
}

/** The project's tree of one moment as tar.gz, modes and symlinks included. A failure in the middle is an error of the stream. */
export function openTreeArchive(options: TreeArchiveOptions): Readable {
  const tar = pack();
  const gzip = createGzip({ level: GZIP_LEVEL });
  // The stream that is given out tells of a failure; the pipeline's own promise has no more to say.
  pipeline(tar, gzip).catch(() => undefined);
  fill(tar, options).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return gzip;
}

async function fill(tar: Pack, { onEntry, ...options }: TreeArchiveOptions): Promise<void> {
  for await (const rows of readSnapshot(options)) {
    for (const batch of batches(rows)) {
      await addBatch(tar, batch);
      for (const row of batch) onEntry?.(row.path, toTreeNode(row));
    }
  }
}

function* batches(rows: SnapshotRow[]): Generator<SnapshotRow[]> {
  let batch: SnapshotRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (bytes >= BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(row);
    if (isSmallFile(row)) bytes += Number(row.size);
  }
  if (batch.length > 0) yield batch;
}

function isSmallFile(row: SnapshotRow): row is SnapshotRow & { content_id: string; store: StoreName } {
  return row.content_id !== null && Number(row.size) <= SMALL_BYTES;
}

async function addBatch(tar: Pack, rows: SnapshotRow[]): Promise<void> {
  const contents = new Map<string, Buffer>();
  for (const store of ["postgres", "gridfs"] as const) {
    const ids = rows.flatMap((row) => (isSmallFile(row) && row.store === store ? [row.content_id] : []));
    if (ids.length === 0) continue;
    for (const [id, data] of await storeNamed(store).readMany(ids)) contents.set(id, data);
  }
  for (const row of rows) {
    const small = row.content_id === null ? undefined : contents.get(row.content_id);
    await addRow(tar, row, small);
  }
}

async function addRow(tar: Pack, row: SnapshotRow, small: Buffer | undefined): Promise<void> {
  const header = { name: row.path, mtime: row.updated_at };
  if (row.kind === "directory") {
    tar.entry({ ...header, type: "directory", mode: 0o755 });
    return;
  }
  if (row.kind === "symlink") {
    tar.entry({ ...header, type: "symlink", linkname: row.link_target ?? "", mode: 0o777 });
    return;
  }
  const size = Number(row.size);
  const entry = tar.entry({ ...header, type: "file", mode: row.executable ? 0o755 : 0o644, size });
  if (row.content_id === null || row.store === null) throw new Error(`the file '${row.path}' has no content`);
  const source = small === undefined ? storeNamed(row.store).open(row.content_id) : [small];
  // Waits for the reader where it is behind, which keeps memory bounded.
  await pipeline(Readable.from(source), entry);
}
