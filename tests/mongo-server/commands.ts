import { calculateObjectSize, type Document, Long } from "bson";
import { Query } from "mingo";
import { CommandError, MemoryCollection } from "./collections";
import { FailPoint } from "./fail-point";
import { projected, sorted } from "./values";

const MAX_BSON_BYTES = 16 * 1024 * 1024;
const MAX_MESSAGE_BYTES = 48_000_000;
/** MongoDB's own first batch. */
const BATCH = 101;

interface Cursor {
  namespace: string;
  documents: Document[];
}

/** The databases of one server. Commands are those that the official driver sends for what a GridFS store does, and MongoDB's
 * tools for a dump and for its restoration. */
export class Databases {
  readonly #collections = new Map<string, MemoryCollection>();
  readonly #cursors = new Map<string, Cursor>();
  readonly failPoint = new FailPoint();
  #nextCursor = 1;
  #killedCursors = 0;

  /** How many cursors are open, and how many were closed before their end. */
  cursors(): { open: number; killed: number } {
    return { open: this.#cursors.size, killed: this.#killedCursors };
  }

  /** Throws `CommandError`. */
  run(command: Document): Document {
    const [name = ""] = Object.keys(command);
    const handler = this.#handlers[name.toLowerCase()];
    if (handler === undefined) throw new CommandError(59, "CommandNotFound", `no such command: '${name}'`);
    return { ...handler(command), ok: 1 };
  }

  /** A collection is there once something was put into it. */
  #collection(namespace: string): MemoryCollection {
    const collection = this.#collections.get(namespace) ?? new MemoryCollection();
    this.#collections.set(namespace, collection);
    return collection;
  }

  #existing(namespace: string): MemoryCollection {
    const collection = this.#collections.get(namespace);
    if (collection === undefined) throw new CommandError(26, "NamespaceNotFound", `ns does not exist: ${namespace}`);
    return collection;
  }

  readonly #hello = (): Document => ({
    isWritablePrimary: true,
    ismaster: true,
    helloOk: true,
    maxBsonObjectSize: MAX_BSON_BYTES,
    maxMessageSizeBytes: MAX_MESSAGE_BYTES,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    minWireVersion: 0,
    maxWireVersion: 21,
    logicalSessionTimeoutMinutes: 30,
    connectionId: 1,
    readOnly: false,
  });

  readonly #handlers: Record<string, (command: Document) => Document> = {
    hello: this.#hello,
    ismaster: this.#hello,
    ping: () => ({}),
    buildinfo: () => ({ version: "7.0.0", versionArray: [7, 0, 0, 0] }),
    endsessions: () => ({}),
    configurefailpoint: (command) => {
      this.failPoint.configure(command);
      return {};
    },
    insert: (command) => {
      const collection = this.#collection(namespaceOf(command, "insert"));
      const writeErrors: Document[] = [];
      let inserted = 0;
      for (const [index, document] of (command.documents as Document[]).entries()) {
        try {
          collection.insert(document);
          inserted += 1;
        } catch (error) {
          if (!(error instanceof CommandError)) throw error;
          writeErrors.push({ index, code: error.code, errmsg: error.message });
          if (command.ordered !== false) break;
        }
      }
      return { n: inserted, ...(writeErrors.length === 0 ? {} : { writeErrors }) };
    },
    delete: (command) => {
      const collection = this.#collections.get(namespaceOf(command, "delete"));
      const deletes = command.deletes as { q: Document; limit: number }[];
      return { n: deletes.reduce((sum, { q, limit }) => sum + (collection?.remove(q, Number(limit)) ?? 0), 0) };
    },
    update: (command) => {
      const collection = this.#collections.get(namespaceOf(command, "update"));
      const updates = command.updates as { q: Document; u: Document; multi?: boolean }[];
      const n = updates.reduce(
        (sum, { q, u, multi }) => sum + (collection?.update(q, { change: u, multi: multi === true }) ?? 0),
        0,
      );
      return { n, nModified: n };
    },
    find: (command) => {
      const namespace = namespaceOf(command, "find");
      const found = sorted(this.#collections.get(namespace)?.find(command.filter ?? {}) ?? [], command.sort ?? {});
      const skip = Number(command.skip ?? 0);
      const limit = Number(command.limit ?? 0);
      const documents = found
        .slice(skip, limit === 0 ? undefined : skip + Math.abs(limit))
        .map((document) => projected(document, command.projection));
      return this.#openCursor(
        { namespace, documents },
        Number(command.batchSize ?? BATCH),
        command.singleBatch === true,
      );
    },
    getmore: (command) => {
      const id = String(command.getMore);
      const cursor = this.#cursors.get(id);
      if (cursor === undefined) throw new CommandError(43, "CursorNotFound", `cursor id ${id} not found`);
      const batch = takeBatch(cursor.documents, Number(command.batchSize ?? 1_000));
      if (cursor.documents.length === 0) this.#cursors.delete(id);
      const open = cursor.documents.length === 0 ? Long.ZERO : Long.fromString(id);
      return { cursor: { id: open, ns: cursor.namespace, nextBatch: batch } };
    },
    killcursors: (command) => {
      const cursors = (command.cursors as Long[]).map(String);
      for (const id of cursors) if (this.#cursors.delete(id)) this.#killedCursors += 1;
      return { cursorsKilled: command.cursors, cursorsNotFound: [], cursorsAlive: [], cursorsUnknown: [] };
    },
    createindexes: (command) => {
      const collection = this.#collection(namespaceOf(command, "createIndexes"));
      const before = collection.indexes.length;
      for (const { name, key, unique } of command.indexes as Document[]) {
        collection.createIndex({ name, key, unique: unique === true });
      }
      return { numIndexesBefore: before, numIndexesAfter: collection.indexes.length };
    },
    listindexes: (command) => {
      const namespace = namespaceOf(command, "listIndexes");
      const documents = this.#existing(namespace).indexes.map((index) => ({ v: 2, ...index }));
      return this.#openCursor({ namespace, documents }, BATCH, true);
    },
    listcollections: ({ $db, filter = {} }) => {
      const names = [...this.#collections.keys()].flatMap((namespace) =>
        namespace.startsWith(`${$db}.`) ? [namespace.slice(`${$db}.`.length)] : [],
      );
      const described = names.map((name) => ({ name, type: "collection", options: {}, info: { readOnly: false } }));
      const query = new Query(filter);
      const documents = described.filter((each) => query.test(each));
      return this.#openCursor({ namespace: `${$db}.$cmd.listCollections`, documents }, documents.length, true);
    },
    count: (command) => ({
      n: this.#collections.get(namespaceOf(command, "count"))?.find(command.query ?? {}).length ?? 0,
    }),
    create: (command) => {
      this.#collection(namespaceOf(command, "create"));
      return {};
    },
    dropindexes: (command) => {
      this.#existing(namespaceOf(command, "dropIndexes")).dropIndex(String(command.index));
      return {};
    },
    drop: (command) => {
      this.#collections.delete(namespaceOf(command, "drop"));
      return {};
    },
    dropdatabase: ({ $db }) => {
      for (const namespace of this.#collections.keys()) {
        if (namespace.startsWith(`${$db}.`)) this.#collections.delete(namespace);
      }
      return { dropped: $db };
    },
  };

  #openCursor(cursor: Cursor, batchSize: number, single: boolean): Document {
    const firstBatch = takeBatch(cursor.documents, batchSize);
    if (single || cursor.documents.length === 0) return { cursor: { id: Long.ZERO, ns: cursor.namespace, firstBatch } };
    const id = this.#nextCursor++;
    this.#cursors.set(String(id), cursor);
    return { cursor: { id: Long.fromNumber(id), ns: cursor.namespace, firstBatch } };
  }
}

/** The next documents, as many as one answer may hold. */
function takeBatch(documents: Document[], count: number): Document[] {
  let bytes = 0;
  const end = documents.findIndex((document, i) => {
    bytes += calculateObjectSize(document);
    return i > 0 && (i >= count || bytes > MAX_BSON_BYTES - 1_024);
  });
  return documents.splice(0, count === 0 ? 0 : end === -1 ? count : end);
}

function namespaceOf(command: Document, name: string): string {
  return `${command.$db}.${command[name]}`;
}
