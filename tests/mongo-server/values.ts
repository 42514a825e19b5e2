import { Binary, type Document, Double, Int32, Long, ObjectId } from "bson";

/** A document's fields as mingo compares them, all or some: without BSON's own classes. */
export function plainFields(document: Document, names: readonly string[] = Object.keys(document)): Document {
  return Object.fromEntries(names.map((name) => [name, plainValue(document[name])]));
}

export function plainValue(value: unknown): unknown {
  if (value instanceof Binary) return value.toString("base64");
  if (value instanceof ObjectId) return `ObjectId(${value.toHexString()})`;
  if (value instanceof Int32 || value instanceof Double || value instanceof Long) return Number(value);
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return plainFields(value);
  return value;
}

/** Documents in the order that a `sort` names. */
export function sorted(documents: Document[], order: Document): Document[] {
  const keys = Object.entries(order).map(([name, direction]) => ({ name, direction: Number(direction) }));
  if (keys.length === 0) return documents;
  return documents.toSorted((a, b) => {
    for (const { name, direction } of keys) {
      const [left, right] = [comparable(a[name]), comparable(b[name])];
      if (left !== right) return (left < right ? -1 : 1) * direction;
    }
    return 0;
  });
}

function comparable(value: unknown): string | number {
  const plain = value instanceof Date ? value.getTime() : plainValue(value);
  return typeof plain === "number" ? plain : String(value);
}

/** The fields that a projection asks for: those that it names, and `_id` unless it says no. */
export function projected(document: Document, projection: Document | undefined): Document {
  const entries = Object.entries(projection ?? {});
  if (entries.length === 0) return document;
  const wanted = entries.filter(([, include]) => Number(include) === 1).map(([name]) => name);
  const withId = projection?._id === undefined || Number(projection._id) === 1;
  if (wanted.length === 0) {
    return Object.fromEntries(Object.entries(document).filter(([name]) => projection?.[name] === undefined));
  }
  const names = new Set(withId ? ["_id", ...wanted] : wanted);
  return Object.fromEntries(Object.entries(document).filter(([name]) => names.has(name)));
}
