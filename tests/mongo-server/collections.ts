import { Binary, type Document, Double, Int32, Long, ObjectId } from "bson";
import { Query } from "mingo";

/** A failure that the client gets as MongoDB would send it. */
export class CommandError extends Error {
  constructor(
    readonly code: number,
    readonly codeName: string,
    message: string,
  ) {
    super(message);
  }
}

interface Index {
  name: string;
  key: Record<string, number>;
  unique: boolean;
}

/** The documents of one collection, in the order in which they came. */
export class MemoryCollection {
  #documents: Document[] = [];
  readonly indexes: Index[] = [{ name: "_id_", key: { _id: 1 }, unique: true }];
  readonly #keys = new Map<string, Set<string>>([["_id_", new Set()]]);

  insert(document: Document): void {
    const complete = "_id" in document ? document : { _id: new ObjectId(), ...document };
    for (const index of this.indexes.filter(({ unique }) => unique)) {
      if (this.#keys.get(index.name)?.has(keyOf(complete, index)) === true) {
        throw new CommandError(11000, "DuplicateKey", `E11000 duplicate key error index: ${index.name}`);
      }
    }
    for (const index of this.indexes) this.#keys.get(index.name)?.add(keyOf(complete, index));
    this.#documents.push(complete);
  }

  find(filter: Document): Document[] {
    // Nearly every filter names one id or a few: no need to ask each document the general way.
    const field = ["_id", "files_id"].find(
      (name) => typeof filter[name] === "string" || Array.isArray(filter[name]?.$in),
    );
    const wanted =
      field === undefined
        ? undefined
        : new Set(typeof filter[field] === "string" ? [filter[field]] : filter[field].$in);
    const candidates =
      field === undefined ? this.#documents : this.#documents.filter((document) => wanted?.has(document[field]));
    const query = new Query(plain(filter));
    return candidates.filter((document) => query.test(plain(document)));
  }

  remove(filter: Document, limit: number): number {
    const found = new Set(this.find(filter).slice(0, limit === 0 ? undefined : limit));
    this.#documents = this.#documents.filter((document) => !found.has(document));
    for (const index of this.indexes) {
      for (const document of found) this.#keys.get(index.name)?.delete(keyOf(document, index));
    }
    return found.size;
  }

  /** `$set` and `$unset` only, which is all that the tests use. */
  update(filter: Document, change: Document): number {
    const found = this.find(filter);
    for (const document of found) {
      Object.assign(document, change.$set ?? {});
      for (const name of Object.keys(change.$unset ?? {})) delete document[name];
    }
    return found.length;
  }

  createIndex(index: Index): void {
    if (this.indexes.some(({ name }) => name === index.name)) return;
    this.indexes.push(index);
    this.#keys.set(index.name, new Set(this.#documents.map((document) => keyOf(document, index))));
  }
}

function keyOf(document: Document, { key }: Index): string {
  return JSON.stringify(Object.keys(key).map((name) => plainValue(document[name])));
}

/** Numbers and ids as mingo compares them: without BSON's own classes. */
function plain(document: Document): Document {
  return Object.fromEntries(Object.entries(document).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: unknown): unknown {
  if (value instanceof Binary) return value.toString("base64");
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Int32 || value instanceof Double || value instanceof Long) return Number(value);
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return plain(value);
  return value;
}
