import { isoTime, timeInText } from "../../codec/datetime";
import { boundText } from "../../codec/display";
import { encodeJson, jsNumberText } from "../../codec/js-value";
import { isDecimalObject } from "../../codec/validation";
import { encodeText } from "./encode-text";
import { isVector, type SqlType } from "./types";

/** A parameter in PostgreSQL's text format, or its bytes. */
export type Encoded = string | Buffer | null;

const TEXT_TYPES = new Set(["text", "varchar"]);
const INTEGER_BITS: Record<string, number> = { int2: 16, int4: 32, int8: 64, oid: 32 };

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
  return type.kind === "enum" || isVector(type) || WRITABLE.has(type.name);
}

function encode(value: unknown, type: SqlType): Encoded {
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  // In JSON, null is a value like any other.
  if (type.name === "json" || type.name === "jsonb") return encodeJson(value ?? null);
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return encodeDate(value, type);
  if (Array.isArray(value)) return encodeArray(value, type);
  switch (typeof value) {
    case "boolean":
      if (type.name === "bool" || TEXT_TYPES.has(type.name)) return String(value);
      throw unsupported("bool", type);
    case "string":
      return encodeText(value, type);
    case "number":
      return encodeNumber(value, type);
    case "bigint":
      return encodeDecimal(value.toString(), type);
    default:
      if (isDecimalObject(value)) return encodeDecimal(String(value.value), type);
      throw unsupported("object", type);
  }
}

const unsupported = (what: string, type: SqlType): Error =>
  new Error(`${what} not supported for column of type ${type.name}`);

function encodeNumber(value: number, type: SqlType): Encoded {
  const bits = INTEGER_BITS[type.name];
  if (bits !== undefined) return encodeInteger(value, type, bits);
  switch (type.name) {
    case "float4":
    case "float8":
      return String(value);
    case "numeric":
    case "text":
    case "varchar":
      return jsNumberText(value);
    default:
      return inEightBytes(value);
  }
}

/** What Encore takes for a whole number: beyond 32 bits numbers are doubles to it. */
const isSmall = (value: number): boolean => Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32;

function encodeInteger(value: number, { name }: SqlType, bits: number): string {
  const unsigned = name === "oid";
  const fits = Number.isInteger(value) && (unsigned ? value >= 0 && value < 2 ** 32 : inBits(BigInt(value), bits));
  if (fits) return BigInt(value).toString();
  if (isSmall(value)) throw new Error("out of range integral type conversion attempted");
  throw new Error(`number ${boundText(value)} is not an ${unsigned ? "u" : "i"}${bits}`);
}

const inBits = (value: bigint, bits: number): boolean => BigInt.asIntN(bits, value) === value;

/** Encore sends a number's eight bytes to columns of any other type, and leaves it to PostgreSQL to object. */
function inEightBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  if (isSmall(value)) bytes.writeBigInt64BE(BigInt(value));
  else bytes.writeDoubleBE(value);
  return bytes;
}

function encodeDecimal(value: string, type: SqlType): Encoded {
  const bits = INTEGER_BITS[type.name];
  if (bits !== undefined && type.name !== "oid") {
    if (/^-?\d+$/.test(value) && inBits(BigInt(value), bits)) return value;
    throw new Error(`Cannot convert decimal to ${type.name.toUpperCase()}`);
  }
  switch (type.name) {
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

function encodeDate(value: Date, type: SqlType): Encoded {
  const text = isoTime(value);
  switch (type.name) {
    case "date":
      return text.slice(0, text.indexOf("T"));
    case "timestamp":
      return text.slice(0, -1);
    case "timestamptz":
      return text;
    case "text":
    case "varchar":
      return timeInText(value);
    default:
      throw new Error(`unsupported type for DateTime: ${type.name}`);
  }
}

function encodeArray(values: unknown[], type: SqlType): Encoded {
  if (isVector(type)) return `[${values.map(vectorElement).join(",")}]`;
  if (type.kind !== "array") throw new Error("expected array type");
  const items = values.map((value) => {
    const item = encode(value, type.element);
    if (item === null) return "NULL";
    const text = typeof item === "string" ? item : `\\x${item.toString("hex")}`;
    return `"${text.replace(/(["\\])/g, "\\$1")}"`;
  });
  return `{${items.join(",")}}`;
}

function vectorElement(value: unknown): number {
  if (typeof value === "number") return value;
  throw new Error("vector element must be a number");
}
