import { Binary, type Collection, Int32, Long, type MongoClient, MongoServerError } from "mongodb";
import type { Chunk } from "./content-damage";

/**
 * What GridFS' specification says about documents and indexes
 * (https://github.com/mongodb/specifications/blob/master/source/gridfs/gridfs-spec.md).
 */

const BUCKET = "project_files";
/** NamespaceNotFound: a collection without documents does not exist. */
const NO_COLLECTION = 26;

/** Written with the specification's types; the driver reads small Int32 and Int64 values back as numbers. */
export interface FileDocument {
  _id: string;
  length: Long | number;
  chunkSize: Int32 | number;
  uploadDate: Date;
  filename: string;
}

export interface ChunkDocument {
  files_id: string;
  n: Int32 | number;
  data: Binary;
}

/** Says which installation's contents a bucket holds. */
export interface OwnerDocument {
  _id: "owner";
  installation: string;
}

export interface GridFSCollections {
  files: Collection<FileDocument>;
  chunks: Collection<ChunkDocument>;
  /** Beside the specification's two, so that other GridFS clients do not meet it. */
  owner: Collection<OwnerDocument>;
}

export function gridFSCollections(client: MongoClient, database: string): GridFSCollections {
  const db = client.db(database);
  return {
    files: db.collection(`${BUCKET}.files`),
    chunks: db.collection(`${BUCKET}.chunks`),
    owner: db.collection(`${BUCKET}.owner`),
  };
}

/** Before the first write to an empty bucket, and only what is missing: the account may lack the right to make indexes. */
export async function ensureIndexes({ files, chunks }: GridFSCollections): Promise<void> {
  const any = await files.findOne({}, { projection: { _id: 1 }, readPreference: "primary" });
  if (any !== null) return;
  if (!(await hasIndex(files, ["filename", "uploadDate"]))) await files.createIndex({ filename: 1, uploadDate: 1 });
  if (!(await hasIndex(chunks, ["files_id", "n"]))) await chunks.createIndex({ files_id: 1, n: 1 }, { unique: true });
}

interface Indexed {
  indexes(): Promise<{ key: Record<string, unknown> }[]>;
}

async function hasIndex(collection: Indexed, fields: readonly string[]): Promise<boolean> {
  const indexes = await collection.indexes().catch((error: unknown) => {
    if (error instanceof MongoServerError && error.code === NO_COLLECTION) return [];
    throw error;
  });
  // The shell of earlier days wrote 1 as a double: the values count, not their types.
  return indexes.some(({ key }) => {
    const names = Object.keys(key);
    return names.length === fields.length && names.every((name, i) => name === fields[i] && Number(key[name]) === 1);
  });
}

export function fileDocument(
  { id, name }: { id: string; name: string },
  size: Record<"length" | "chunkBytes", number>,
) {
  return {
    _id: id,
    length: Long.fromNumber(size.length),
    chunkSize: new Int32(size.chunkBytes),
    uploadDate: new Date(),
    filename: name,
  };
}

export function chunkDocument(id: string, n: number, data: Buffer): ChunkDocument {
  return { files_id: id, n: new Int32(n), data: new Binary(data) };
}

export function toChunk({ n, data }: ChunkDocument): Chunk {
  const { buffer, byteOffset } = data.buffer;
  return { n: Number(n), data: Buffer.from(buffer, byteOffset, data.length()) };
}
