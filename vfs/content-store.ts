import type { PoolClient } from "pg";

/** A place for the bytes of files. Both implementations pass tests/integration/content-store.test.ts. */
export interface ContentStore {
  readonly name: StoreName;
  /** Stores small contents together. All of them are in memory already. */
  putMany(contents: readonly SmallContent[]): Promise<void>;
  /** Stores one content of any size as it comes. Gives the number of bytes. What a failure leaves behind, `delete` removes. */
  put(content: StreamedContent): Promise<number>;
  /** The bytes, or those from `start` up to `end` (not included). Throws `content_missing` or `content_corrupted`. */
  open(id: string, range?: ByteRange): AsyncIterable<Buffer>;
  /** Small contents by id. Throws `content_missing` or `content_corrupted` when one is not there as it should be. */
  readMany(ids: readonly string[]): Promise<Map<string, Buffer>>;
  /** Removes contents; one that is not there is fine. */
  delete(ids: readonly string[]): Promise<void>;
}

/** A store whose bytes can be written in the transaction that writes of them. */
export interface TransactionalStore extends ContentStore {
  putManyWithin(client: PoolClient, contents: readonly SmallContent[]): Promise<void>;
  /** Writes one content and its row in one statement; gives false, and has written nothing, when the project has it already. */
  putRecorded(projectId: string, content: SmallContent & { hash: string }): Promise<boolean>;
}

export function isTransactional(store: ContentStore): store is TransactionalStore {
  return "putManyWithin" in store;
}

export type StoreName = "postgres" | "gridfs";

interface ContentName {
  /** A UUID. */
  id: string;
  /** For people who look into the store; not unique. */
  name: string;
}

export interface SmallContent extends ContentName {
  data: Buffer;
}

export interface StreamedContent extends ContentName {
  data: AsyncIterable<Uint8Array>;
}

/** Bytes from `start` up to `end`, which is not included: 0 ≤ start ≤ end ≤ length. */
export interface ByteRange {
  start: number;
  end: number;
}
