import type { SqlType } from "./types";

/** A parameter in PostgreSQL's text format, or its bytes. */
export type Encoded = string | Buffer | null;

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const NAIVE_TIMESTAMP = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?$/;
const UUID = /^(\{|urn:uuid:)?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?$/i;
const TEXT_TYPES = new Set(["text", "varchar"]);
const INTEGER_BITS: Record<string, number> = { int2: 16, int4: 32, int8: 64 };

/** Types that Encore can write at all; any other is refused whatever the value. */
const WRITABLE = new Set([
  ...[
    "bool",
    "bytea",
    "text",
    "varchar",
    "int2",
    "int4",
    "int8",
    "oid",
    "json",
    "jsonb",
    "float4",
    "float8",
    "numeric",
  ],
  ...["timestamp", "timestamptz", "date", "time", "uuid", "cidr", "inet", "name"],
]);

/** Throws what Encore's runtime says when it cannot serialise a value. */
export function encodeParameter(value: unknown, type: SqlType, index: number): Encoded {
  try {
    if (!isWritable(type)) {
      throw new Error(
        `cannot convert between the Rust type \`encore_runtime_core::sqldb::val::RowValue\` and the Postgres type \`${type.name}\``,
      );
    }
    return encode(value, type);
  } catch (error) {
    throw new Error(`error serializing parameter ${index}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function isWritable(type: SqlType): boolean {
  if (type.kind === "array") return isWritable(type.element);
  return type.kind === "enum" || WRITABLE.has(type.name);
}

function encode(value: unknown, type: SqlType): Encoded {
  // JSON comes first: there, null is a value like any other.
  if (type.name === "json" || type.name === "jsonb") return JSON.stringify(value, jsonValue);
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof Date) return encodeDate(value, type.name);
  if (Array.isArray(value)) return encodeArray(value, type);
  switch (typeof value) {
    case "boolean":
      if (type.name === "bool" || TEXT_TYPES.has(type.name)) return String(value);
      throw unsupported("bool", type);
    case "string":
      return encodeString(value, type);
    case "number":
      return encodeNumber(value, type);
    case "bigint":
      return encodeDecimal(value.toString(), type);
    default:
      if (isDecimal(value)) return encodeDecimal(String(value), type);
      throw unsupported("object", type);
  }
}

/** JSON has no big integers; Encore writes them, and decimals, as strings. */
function jsonValue(_key: string, value: unknown): unknown {
  return typeof value === "bigint" || isDecimal(value) ? String(value) : value;
}

/** The SDK's Decimal comes from the app's own copy of the package, so that only its name can tell. */
function isDecimal(value: unknown): boolean {
  return typeof value === "object" && value !== null && value.constructor.name === "Decimal";
}

function unsupported(what: string, type: SqlType): Error {
  return new Error(`${what} not supported for column of type ${type.name}`);
}

function encodeString(value: string, type: SqlType): Encoded {
  if (type.kind === "enum") return value;
  switch (type.name) {
    case "text":
    case "varchar":
    case "name":
    case "cidr":
    case "inet":
    case "numeric":
      return value;
    case "bytea":
      return Buffer.from(value, "utf8");
    case "timestamptz":
      return matching(value, RFC3339, "input contains invalid characters");
    case "timestamp":
      return matching(value, NAIVE_TIMESTAMP, "input contains invalid characters");
    case "date":
      return matching(value, /^\d{4}-\d\d-\d\d$/, "input contains invalid characters");
    case "time":
      return matching(value, /^\d\d:\d\d:\d\d$/, "input contains invalid characters");
    case "uuid":
      return matching(value, UUID, "unable to parse uuid");
    default:
      throw unsupported("string", type);
  }
}

function matching(value: string, pattern: RegExp, message: string): string {
  if (pattern.test(value)) return value;
  throw new Error(message);
}

function encodeNumber(value: number, type: SqlType): Encoded {
  const bits = INTEGER_BITS[type.name];
  if (bits !== undefined) {
    const fits = Number.isInteger(value) && BigInt.asIntN(bits, BigInt(value)) === BigInt(value);
    if (fits) return BigInt(value).toString();
    throw new Error(
      Number.isInteger(value)
        ? "out of range integral type conversion attempted"
        : `number ${value} is not an i${bits}`,
    );
  }
  switch (type.name) {
    case "oid":
    case "float4":
    case "float8":
    case "numeric":
    case "text":
    case "varchar":
      return String(value);
    default:
      throw unsupported("number", type);
  }
}

function encodeDecimal(value: string, type: SqlType): Encoded {
  switch (type.name) {
    case "int2":
    case "int4":
    case "int8":
      if (/^-?\d+$/.test(value)) return value;
      throw new Error(`Cannot convert decimal to ${type.name.toUpperCase()}`);
    case "float4":
    case "float8":
    case "numeric":
    case "text":
    case "varchar":
      return value;
    default:
      throw new Error(`unsupported type for Decimal: ${type.name}`);
  }
}

function encodeDate(value: Date, typeName: string): Encoded {
  const text = value.toISOString();
  switch (typeName) {
    case "date":
      return text.slice(0, 10);
    case "timestamp":
      return text.slice(0, -1);
    case "timestamptz":
      return text;
    case "text":
    case "varchar":
      return text.replace(/(\.000)?Z$/, "+00:00");
    default:
      throw new Error(`unsupported type for DateTime: ${typeName}`);
  }
}

function encodeArray(values: unknown[], type: SqlType): Encoded {
  if (type.kind !== "array") throw new Error("expected array type");
  const items = values.map((value) => {
    const item = encode(value, type.element);
    if (item === null) return "NULL";
    const text = typeof item === "string" ? item : `\\x${item.toString("hex")}`;
    return `"${text.replace(/(["\\])/g, "\\$1")}"`;
  });
  return `{${items.join(",")}}`;
}
