import { type Document, ObjectId } from "bson";
import { Query } from "mingo";
import { plainFields, plainValue } from "./values";

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

export interface IndexDefinition {
  name: string;
  key: Record<string, unknown>;
  unique: boolean;
}

/** Finds documents by an index' first field, and by all of its fields for uniqueness. */
interface Index extends IndexDefinition {
  first: string;
  byFirst: Map<string, Set<Document>>;
  whole: Map<string, Document>;
}

/** The documents of one collection, in the order in which they came. */
export class MemoryCollection {
  readonly #documents = new Set<Document>();
  readonly #indexes: Index[] = [newIndex({ name: "_id_", key: { _id: 1 }, unique: true })];

  /** As MongoDB lists them: that of `_id` is unique, and does not say so. */
  get indexes(): Omit<IndexDefinition, "unique">[] {
    return this.#indexes.map(({ name, key, unique }) =>
      unique && name !== "_id_" ? { name, key, unique } : { name, key },
    );
  }

  insert(document: Document): void {
    const complete = "_id" in document ? document : { _id: new ObjectId(), ...document };
    for (const index of this.#indexes) {
      if (index.unique && index.whole.has(wholeKey(complete, index))) {
        throw new CommandError(11000, "DuplicateKey", `E11000 duplicate key error index: ${index.name}`);
      }
    }
    for (const index of this.#indexes) addTo(index, complete);
    this.#documents.add(complete);
  }

  find(filter: Document): Document[] {
    const { candidates, rest } = this.#narrow(filter);
    const fields = Object.keys(rest);
    if (fields.length === 0) return [...candidates];
    const query = new Query(plainFields(rest));
    return [...candidates].filter((document) => query.test(plainFields(document, fields)));
  }

  /** Candidates by the first index that serves, and what of the filter is still to be asked. */
  #narrow(filter: Document): { candidates: Iterable<Document>; rest: Document } {
    for (const { first, byFirst } of this.#indexes) {
      if (!(first in filter)) continue;
      const keys = wantedKeys(filter[first]);
      if (keys === undefined) continue;
      const { [first]: _, ...rest } = filter;
      return { candidates: keys.flatMap((key) => [...(byFirst.get(key) ?? [])]), rest };
    }
    return { candidates: this.#documents, rest: filter };
  }

  remove(filter: Document, limit: number): number {
    const found = this.find(filter).slice(0, limit === 0 ? undefined : limit);
    for (const document of found) {
      this.#documents.delete(document);
      for (const index of this.#indexes) removeFrom(index, document);
    }
    return found.length;
  }

  /** `$set` and `$unset` only, which is all that the tests use. */
  update(filter: Document, { change, multi }: { change: Document; multi: boolean }): number {
    const found = this.find(filter).slice(0, multi ? undefined : 1);
    for (const document of found) {
      for (const index of this.#indexes) removeFrom(index, document);
      Object.assign(document, change.$set ?? {});
      for (const name of Object.keys(change.$unset ?? {})) delete document[name];
      for (const index of this.#indexes) addTo(index, document);
    }
    return found.length;
  }

  createIndex(definition: IndexDefinition): void {
    if (this.#indexes.some(({ name }) => name === definition.name)) return;
    const index = newIndex(definition);
    for (const document of this.#documents) addTo(index, document);
    this.#indexes.push(index);
  }

  dropIndex(name: string): void {
    const at = this.#indexes.findIndex((index) => index.name === name);
    if (at <= 0) throw new CommandError(27, "IndexNotFound", `index not found with name [${name}]`);
    this.#indexes.splice(at, 1);
  }
}

function newIndex(definition: IndexDefinition): Index {
  const [first = "_id"] = Object.keys(definition.key);
  return { ...definition, first, byFirst: new Map(), whole: new Map() };
}

function addTo(index: Index, document: Document): void {
  const key = oneKey(document[index.first]);
  const others = index.byFirst.get(key);
  if (others === undefined) index.byFirst.set(key, new Set([document]));
  else others.add(document);
  index.whole.set(wholeKey(document, index), document);
}

function removeFrom(index: Index, document: Document): void {
  const key = oneKey(document[index.first]);
  const others = index.byFirst.get(key);
  others?.delete(document);
  if (others?.size === 0) index.byFirst.delete(key);
  index.whole.delete(wholeKey(document, index));
}

function oneKey(value: unknown): string {
  return JSON.stringify(plainValue(value)) ?? "null";
}

function wholeKey(document: Document, { key }: IndexDefinition): string {
  return JSON.stringify(Object.keys(key).map((name) => plainValue(document[name]) ?? null));
}

/** The keys that a condition names when it asks for one value or one of several. */
function wantedKeys(condition: unknown): string[] | undefined {
  const plain = plainValue(condition);
  if (typeof plain === "string" || typeof plain === "number") return [oneKey(plain)];
  const values = (plain as { $in?: unknown } | null)?.$in;
  if (!Array.isArray(values) || Object.keys(plain as object).length !== 1) return undefined;
  return [...new Set(values.map(oneKey))];
}
