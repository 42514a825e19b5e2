import { ObjectId } from "mongodb";
import type { FileDocument, GridFSCollections } from "./gridfs-layout";

/** What of a content a bucket holds, and since when; a part, where the rest is missing. */
export interface StoredPart {
  /** The file's `_id` as it is: another client may have chosen any type. */
  id: unknown;
  since: Date;
}

const BATCH = 1_000;

/** Every file document, and the file id of every chunk, in pages: of all, or of these ids. An id may come twice. */
export async function* storedParts(
  { files, chunks }: GridFSCollections,
  ids?: readonly string[],
): AsyncGenerator<StoredPart[]> {
  let page: StoredPart[] = [];
  const found = files.find(ids === undefined ? {} : { _id: { $in: [...ids] } }, { batchSize: BATCH });
  for await (const { _id, uploadDate } of found.project<Pick<FileDocument, "_id" | "uploadDate">>({ uploadDate: 1 })) {
    page.push({ id: _id, since: uploadDate });
    if (page.length === BATCH) {
      yield page;
      page = [];
    }
  }
  let previous: unknown;
  // By the index, so that the chunks of one file come together.
  const pieces = chunks
    .find(ids === undefined ? {} : { files_id: { $in: [...ids] } }, { batchSize: BATCH })
    .sort({ files_id: 1, n: 1 });
  for await (const { _id, files_id } of pieces.project<{ _id: unknown; files_id: unknown }>({ files_id: 1 })) {
    if (files_id === previous) continue;
    previous = files_id;
    page.push({ id: files_id, since: madeAt(_id) });
    if (page.length === BATCH) {
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
}

/** Chunks have no date; the id that drivers give them begins with one. */
function madeAt(id: unknown): Date {
  return id instanceof ObjectId ? id.getTimestamp() : new Date(0);
}
