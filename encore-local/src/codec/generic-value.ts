import type { JsonConsumer, JsonReader } from "./json-reader";

/** Adds an entry without ever touching the prototype, whatever the name is. */
export function setEntry(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__") {
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[name] = value;
  }
}

/** An object from entries, its names in order, as Encore hands maps to the app. */
export function sortedObject(entries: Map<string, unknown>): Record<string, unknown> {
  const target: Record<string, unknown> = {};
  const names = [...entries.keys()].sort();
  for (const name of names) setEntry(target, name, entries.get(name));
  return target;
}

/** Takes any JSON value as it is. */
export const anyValue: JsonConsumer = {
  null: () => null,
  boolean: (value) => value,
  number: (value) => value,
  string: (value) => value,
  array: (reader) => readElements(reader, anyValue),
  object: (reader) => readEntries(reader, anyValue),
};

export function readElements(reader: JsonReader, element: JsonConsumer): unknown[] {
  const values: unknown[] = [];
  reader.elements(() => {
    values.push(reader.read(element));
  });
  return values;
}

export function readEntries(reader: JsonReader, value: JsonConsumer): Record<string, unknown> {
  const entries = new Map<string, unknown>();
  reader.fields((name) => {
    entries.set(name, reader.read(value));
  });
  return sortedObject(entries);
}
