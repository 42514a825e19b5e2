import { Binary, type Collection, Int32, Long, MongoClient, MongoError } from "mongodb";
import { DomainError } from "../platform/errors";
import { chunksOf, inChunks, sliceOfChunk, splitBuffer } from "./chunks";
import type { ByteRange, ContentStore, SmallContent } from "./content-store";
import { CHUNK_BYTES, corrupted, missing } from "./postgres-store";

/**
 * Contents in MongoDB GridFS, by its specification
 * (https://github.com/mongodb/specifications/blob/master/source/gridfs/gridfs-spec.md): any GridFS client can read them.
 * The driver's own bucket needs two round trips and a buffer per file, so small files are written here in batches, in the
 * same layout. The content's id is the file's `_id` and its name.
 */

const BUCKET = "project_files";
const SERVER_SELECTION_TIMEOUT_MS = 5_000;
/** MongoDB takes messages of 48 MB; a batch stays well below. */
const MAX_BATCH_BYTES = 8 * 1024 * 1024;

/** Written with the specification's types; the driver reads small Int32 and Int64 values back as numbers. */
interface FileDocument {
  _id: string;
  length: Long | number;
  chunkSize: Int32 | number;
  uploadDate: Date;
  filename: string;
}

interface ChunkDocument {
  files_id: string;
  n: Int32 | number;
  data: Binary;
}

export interface GridFSStoreOptions {
  /** Names the database as well; `vaporform` when it does not. */
  uri: string;
  chunkBytes?: number;
}

export interface GridFSStore extends ContentStore {
  close(): Promise<void>;
}

/** Connects when it is first used. A server that is down gives `content_store_unavailable`. */
export function createGridFSStore({ uri, chunkBytes = CHUNK_BYTES }: GridFSStoreOptions): GridFSStore {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: SERVER_SELECTION_TIMEOUT_MS });
  let ready: Promise<Collections> | undefined;

  async function collections(): Promise<Collections> {
    ready ??= openCollections(client, uri);
    try {
      return await ready;
    } catch (error) {
      // The next use tries again.
      ready = undefined;
      throw error;
    }
  }

  async function fileOf(files: Collection<FileDocument>, id: string): Promise<{ length: number; chunkSize: number }> {
    const file = await files.findOne({ _id: id });
    if (file === null) throw missing(id);
    return { length: Number(file.length), chunkSize: Number(file.chunkSize) };
  }

  async function insertFile(files: Collection<FileDocument>, id: string, length: number): Promise<void> {
    await files.insertOne(fileDocument(id, length, chunkBytes));
  }

  const store: GridFSStore = {
    name: "gridfs",

    putMany: (contents) =>
      translated(async () => {
        const { files, chunks } = await collections();
        for (const batch of batches(contents)) {
          const documents = batch.flatMap(({ id, data }) =>
            splitBuffer(data, chunkBytes).map((chunk, n) => chunkDocument(id, n, chunk)),
          );
          if (documents.length > 0) await chunks.insertMany(documents, { ordered: false });
          await files.insertMany(batch.map(({ id, data }) => fileDocument(id, data.length, chunkBytes)));
        }
      }),

    put: (id, data) =>
      translated(async () => {
        const { files, chunks } = await collections();
        let n = 0;
        let bytes = 0;
        for await (const chunk of inChunks(data, chunkBytes)) {
          await chunks.insertOne(chunkDocument(id, n, chunk));
          n += 1;
          bytes += chunk.length;
        }
        await insertFile(files, id, bytes);
        return bytes;
      }),

    async *open(id, range?: ByteRange) {
      const { files, chunks } = await translated(collections);
      const { length, chunkSize } = await translated(() => fileOf(files, id));
      const wanted = { start: range?.start ?? 0, end: Math.min(range?.end ?? length, length), size: chunkSize };
      const span = chunksOf(wanted, chunkSize);
      if (span === undefined) return;
      const cursor = chunks
        .find({ files_id: id, n: { $gte: new Int32(span.first), $lte: new Int32(span.last) } })
        .sort({ n: 1 });
      try {
        for (let n = span.first; n <= span.last; n++) {
          const chunk = await translated(() => cursor.next());
          if (chunk === null || Number(chunk.n) !== n) throw corrupted(id, `chunk ${n} is missing`);
          const data = Buffer.from(chunk.data.value());
          const expected = Math.min(chunkSize, length - n * chunkSize);
          if (data.length !== expected)
            throw corrupted(id, `chunk ${n} has ${data.length} bytes in place of ${expected}`);
          yield sliceOfChunk(data, n, wanted);
        }
      } finally {
        await cursor.close();
      }
    },

    readMany: (ids) =>
      translated(async () => {
        const { files, chunks } = await collections();
        const found = await files.find({ _id: { $in: [...ids] } }).toArray();
        const pieces = new Map<string, Buffer[]>();
        const cursor = chunks.find({ files_id: { $in: [...ids] } }).sort({ files_id: 1, n: 1 });
        for await (const chunk of cursor) {
          pieces.set(chunk.files_id, [...(pieces.get(chunk.files_id) ?? []), Buffer.from(chunk.data.value())]);
        }
        const lengths = new Map(found.map((file) => [file._id, Number(file.length)]));
        const contents = new Map<string, Buffer>();
        for (const id of ids) {
          const length = lengths.get(id);
          if (length === undefined) throw missing(id);
          const data = Buffer.concat(pieces.get(id) ?? []);
          if (data.length !== length) throw corrupted(id, `${data.length} bytes are there in place of ${length}`);
          contents.set(id, data);
        }
        return contents;
      }),

    delete: (ids) =>
      translated(async () => {
        const { files, chunks } = await collections();
        // The other way round than writing, so that a file document never lacks chunks.
        await files.deleteMany({ _id: { $in: [...ids] } });
        await chunks.deleteMany({ files_id: { $in: [...ids] } });
      }),

    close: () => client.close(),
  };
  return store;
}

interface Collections {
  files: Collection<FileDocument>;
  chunks: Collection<ChunkDocument>;
}

async function openCollections(client: MongoClient, uri: string): Promise<Collections> {
  await client.connect();
  const database = client.db(new URL(uri).pathname.length > 1 ? undefined : "vaporform");
  const files = database.collection<FileDocument>(`${BUCKET}.files`);
  const chunks = database.collection<ChunkDocument>(`${BUCKET}.chunks`);
  await files.createIndex({ filename: 1, uploadDate: 1 });
  await chunks.createIndex({ files_id: 1, n: 1 }, { unique: true });
  return { files, chunks };
}

function fileDocument(id: string, length: number, chunkBytes: number): FileDocument {
  return {
    _id: id,
    length: Long.fromNumber(length),
    chunkSize: new Int32(chunkBytes),
    uploadDate: new Date(),
    filename: id,
  };
}

function chunkDocument(id: string, n: number, data: Buffer): ChunkDocument {
  return { files_id: id, n: new Int32(n), data: new Binary(data) };
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

/** Failures of the driver as ours. Its messages may hold the URI, and with it a password, so they stay behind. */
async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof MongoError)) throw cause;
    throw new DomainError("content_store_unavailable", `MongoDB did not carry out the request (${cause.name})`, {
      cause,
    });
  }
}
