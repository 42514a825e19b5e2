import { Int32, MongoClient } from "mongodb";
import { DomainError } from "../platform/errors";
import { chunksOf, inChunks, sliceOfChunk, splitBuffer } from "./chunks";
import { type ChunkedContent, joinChunks, missing, refuseExtraChunk, requireChunk } from "./content-damage";
import type { ByteRange, ContentStore, SmallContent } from "./content-store";
import { translated } from "./gridfs-errors";
import { type StoredPart, storedParts } from "./gridfs-inventory";
import {
  type ChunkDocument,
  chunkDocument,
  ensureIndexes,
  type FileDocument,
  fileDocument,
  type GridFSCollections,
  gridFSCollections,
  toChunk,
} from "./gridfs-layout";
import { type BucketOwner, claimBucket } from "./gridfs-owner";
import { CHUNK_BYTES } from "./postgres-store";

/** A server that is gone, and one that has stopped to answer, are given up within seconds. */
const TIMEOUTS = {
  serverSelectionTimeoutMS: 5_000,
  connectTimeoutMS: 5_000,
  socketTimeoutMS: 15_000,
  waitQueueTimeoutMS: 10_000,
};
const DEFAULT_DATABASE = "vaporform";
/** MongoDB takes messages of 48 MB; a batch stays well below. */
const MAX_BATCH_BYTES = 8 * 1024 * 1024;
const READ_BATCH = 1_000;
/** A reader has so much of a large content in memory; MongoDB would send 16 MB at a time. */
const READ_BYTES = 4 * 1024 * 1024;

export interface GridFSStoreOptions {
  /** Names the database as well; `vaporform` when it does not. */
  uri: string;
  /** Whose bucket it must be to be written to or looked through; anybody's when absent. */
  owner?: BucketOwner;
  chunkBytes?: number;
  timeouts?: Partial<typeof TIMEOUTS>;
}

export interface GridFSStore extends ContentStore {
  /** What the bucket holds, whoever put it there: all of it, or what belongs to these ids. */
  parts(ids?: readonly string[]): AsyncIterable<StoredPart[]>;
  /** Throws `content_store_unavailable` when it does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Contents in MongoDB GridFS, which any GridFS client can read. The driver's own bucket needs two round trips and a buffer
 * per file, so small files are written here in batches, in the same layout. The content's id is the file's `_id`.
 *
 * Connects when it is first used. A server that is down gives `content_store_unavailable`.
 */
export function createGridFSStore({ uri, owner, chunkBytes = CHUNK_BYTES, timeouts }: GridFSStoreOptions): GridFSStore {
  let client: MongoClient | undefined;
  let prepared: Promise<void> | undefined;

  async function connected(): Promise<GridFSCollections> {
    client ??= clientFor(uri, { ...TIMEOUTS, ...timeouts });
    // Does nothing once it is connected; without it, a client whose first connection failed would never try another.
    await client.connect();
    return gridFSCollections(client, databaseOf(uri));
  }

  async function prepare(collections: GridFSCollections): Promise<void> {
    if (owner !== undefined) await claimBucket(collections, owner);
    await ensureIndexes(collections);
  }

  /** The bucket once it is known to be ours, and has what it needs to be written to. */
  async function writable(): Promise<GridFSCollections> {
    const collections = await connected();
    prepared ??= prepare(collections);
    try {
      await prepared;
    } catch (error) {
      // The next one tries again.
      prepared = undefined;
      throw error;
    }
    return collections;
  }

  async function chunked(id: string): Promise<ChunkedContent> {
    const { files } = await connected();
    const file = await files.findOne({ _id: id });
    if (file === null) throw missing(id);
    return toChunked(file);
  }

  async function putBatch({ files, chunks }: GridFSCollections, batch: readonly SmallContent[]): Promise<void> {
    const documents = batch.flatMap(({ id, data }) =>
      splitBuffer(data, chunkBytes).map((chunk, n) => chunkDocument(id, n, chunk)),
    );
    if (documents.length > 0) await chunks.insertMany(documents, { ordered: false });
    await files.insertMany(
      batch.map((content) => fileDocument(content, { length: content.data.length, chunkBytes })),
      { ordered: false },
    );
  }

  return {
    name: "gridfs",

    putMany: (contents) =>
      translated(async () => {
        const collections = await writable();
        for (const batch of batches(contents)) await putBatch(collections, batch);
      }),

    put: ({ id, name, data }) =>
      translated(async () => {
        const { files, chunks } = await writable();
        let n = 0;
        let length = 0;
        for await (const chunk of inChunks(data, chunkBytes)) {
          await chunks.insertOne(chunkDocument(id, n, chunk));
          n += 1;
          length += chunk.length;
        }
        await files.insertOne(fileDocument({ id, name }, { length, chunkBytes }));
        return length;
      }),

    async *open(id, range?: ByteRange) {
      const content = await translated(() => chunked(id));
      const wanted = {
        start: range?.start ?? 0,
        end: Math.min(range?.end ?? content.length, content.length),
        size: content.chunkBytes,
      };
      const span = chunksOf(wanted, content.chunkBytes);
      if (span === undefined) return;
      const isWhole = wanted.start === 0 && wanted.end === content.length;
      const last = isWhole ? {} : { $lte: new Int32(span.last) };
      const { chunks } = await translated(connected);
      const cursor = chunks
        .find({ files_id: id, n: { $gte: new Int32(span.first), ...last } })
        .sort({ n: 1 })
        .batchSize(Math.max(1, Math.floor(READ_BYTES / content.chunkBytes)));
      const next = () => translated(async () => optionalChunk(await cursor.next()));
      try {
        for (let n = span.first; n <= span.last; n++) {
          yield sliceOfChunk(requireChunk(await next(), n, content), n, wanted);
        }
        if (isWhole) refuseExtraChunk(await next(), content);
      } finally {
        await cursor.close();
      }
    },

    readMany: (ids) =>
      translated(async () => {
        const { files, chunks } = await connected();
        const wanted = { $in: [...ids] };
        const [found, pieces] = await Promise.all([
          files.find({ _id: wanted }).batchSize(READ_BATCH).toArray(),
          chunks.find({ files_id: wanted }).sort({ files_id: 1, n: 1 }).batchSize(READ_BATCH).toArray(),
        ]);
        const byId = new Map(found.map((file) => [file._id, toChunked(file)]));
        const byFile = groupedByFile(pieces);
        return new Map(
          ids.map((id) => {
            const content = byId.get(id);
            if (content === undefined) throw missing(id);
            return [id, joinChunks((byFile.get(id) ?? []).map(toChunk), content)];
          }),
        );
      }),

    delete: (ids) =>
      translated(async () => {
        const { files, chunks } = await connected();
        // The other way round than writing, so that a file document never lacks chunks.
        await files.deleteMany({ _id: { $in: [...ids] } });
        await chunks.deleteMany({ files_id: { $in: [...ids] } });
      }),

    async *parts(ids) {
      const pages = storedParts(await translated(writable), ids);
      for (;;) {
        const { done, value } = await translated(() => pages.next());
        if (done === true) return;
        yield value;
      }
    },

    ping: () =>
      translated(async () => {
        const { files } = await connected();
        await files.findOne({}, { projection: { _id: 1 } });
      }),

    close: async () => client?.close(),
  };
}

function clientFor(uri: string, timeouts: typeof TIMEOUTS): MongoClient {
  try {
    return new MongoClient(uri, { ...timeouts, appName: "vaporform" });
  } catch {
    // Its message may repeat a part of what was given, and with it a password.
    throw new DomainError("content_store_unavailable", "the secret MongoDBURI is no URI of a MongoDB", {
      hint: "An operator must set MongoDBURI to something like mongodb://host:27017/vaporform.",
    });
  }
}

/** A URI may name several hosts, which `URL` does not read. */
function databaseOf(uri: string): string {
  const name = /^mongodb(?:\+srv)?:\/\/[^/?]+\/([^?]+)/.exec(uri)?.[1];
  return name === undefined ? DEFAULT_DATABASE : decodeURIComponent(name);
}

function toChunked({ _id, length, chunkSize }: FileDocument): ChunkedContent {
  return { id: _id, length: Number(length), chunkBytes: Number(chunkSize) };
}

function optionalChunk(document: ChunkDocument | null) {
  return document === null ? undefined : toChunk(document);
}

function groupedByFile(chunks: readonly ChunkDocument[]): Map<string, ChunkDocument[]> {
  const byFile = new Map<string, ChunkDocument[]>();
  for (const chunk of chunks) {
    const others = byFile.get(chunk.files_id);
    if (others === undefined) byFile.set(chunk.files_id, [chunk]);
    else others.push(chunk);
  }
  return byFile;
}

function* batches(contents: readonly SmallContent[]): Generator<SmallContent[]> {
  let batch: SmallContent[] = [];
  let bytes = 0;
  for (const content of contents) {
    if (batch.length > 0 && bytes + content.data.length > MAX_BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(content);
    bytes += content.data.length;
  }
  if (batch.length > 0) yield batch;
}
