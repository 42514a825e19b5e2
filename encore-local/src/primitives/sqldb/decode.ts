import { parse as parseArray } from "postgres-array";
import { anyValue } from "../../codec/generic-value";
import { JsonReader } from "../../codec/json-reader";
import { isVector, type SqlType } from "./types";

/** Types that Encore reads on their own, but not as elements of an array. */
const NOT_IN_ARRAYS = new Set(["bytea", "uuid"]);

type Decoder = (text: string) => unknown;

const finite: Decoder = (text) => {
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
};

const bigInteger: Decoder = (text) => {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
};

const verbatim: Decoder = (text) => text;

/** Keeps big integers exact and puts names in order, as in bodies. */
const json: Decoder = (text) => new JsonReader(text).read(anyValue);

/** PostgreSQL writes the shortest text; the app gets the 32 bits as they are. */
const singleFloat: Decoder = (text) => finite(String(Math.fround(Number(text))));

/** Fractions of a second are written in groups of three digits. */
const time: Decoder = (text) =>
  text.replace(/\.(\d+)$/, (_, digits: string) => `.${digits.padEnd(digits.length > 3 ? 6 : 3, "0")}`);

/** Years beyond four digits have a sign, and there is a year 0. */
const date: Decoder = (text) => {
  const [, year = "", rest, bc] = /^(\d+)(-\d\d-\d\d)( BC)?$/.exec(text) ?? [];
  if (rest === undefined) throw new Error(`${text} is no day`);
  if (bc === undefined) return year.length > 4 ? `+${year}${rest}` : text;
  const before = Number(year) - 1;
  return `${before === 0 ? "" : "-"}${String(before).padStart(4, "0")}${rest}`;
};

/** A whole address goes without its prefix. */
const network: Decoder = (text) => text.replace(text.includes(":") ? /\/128$/ : /\/32$/, "");

const DECODERS: Record<string, Decoder> = {
  bool: (text) => text === "t",
  int2: Number,
  int4: Number,
  oid: Number,
  int8: bigInteger,
  float4: singleFloat,
  float8: finite,
  text: verbatim,
  varchar: verbatim,
  name: verbatim,
  uuid: verbatim,
  inet: verbatim,
  cidr: network,
  date,
  time,
  json,
  jsonb: json,
  bytea: (text) => {
    const bytes = Buffer.from(text.slice(2), "hex");
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  },
  timestamp: (text) => parseTimestamp(`${text}Z`),
  timestamptz: parseTimestamp,
};

/** PostgreSQL's ISO form, such as `2026-01-02 03:04:05.678+02`; years past 9999 and before Christ are not ISO 8601's. */
function parseTimestamp(text: string): Date {
  const match = /^(\d{4,})-(\d\d)-(\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d(?::?\d\d)?)( BC)?$/.exec(text);
  if (match === null) throw new Error(`${text} is no time that a Date can hold`);
  const [, year = "", month, day, time, zone = "Z", bc] = match;
  const fullZone = /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone;
  const fullYear =
    year.length > 4 || bc !== undefined ? `${bc === undefined ? "+" : "-"}${signedYear(year, bc)}` : year;
  return new Date(`${fullYear}-${month}-${day}T${time}${fullZone}`);
}

/** ISO 8601 has a year 0; PostgreSQL's year before 1 is 1 BC. */
function signedYear(year: string, bc: string | undefined): string {
  return String(bc === undefined ? Number(year) : Number(year) - 1).padStart(6, "0");
}

/** `Decimal` without zeros at the end, as Encore's keeps it. */
function normalizeNumeric(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

export interface DecodeOptions {
  /** Makes the SDK's Decimal. */
  decimal: (text: string) => unknown;
}

/** A column's text as the value that the app gets; undefined when Encore cannot read the type. */
export function decoderFor(type: SqlType, options: DecodeOptions): Decoder | undefined {
  switch (type.kind) {
    case "enum":
      return verbatim;
    case "scalar":
      if (isVector(type)) return (text) => (JSON.parse(text) as number[]).map((n) => finite(String(Math.fround(n))));
      if (type.name === "numeric") return (text) => options.decimal(normalizeNumeric(text));
      return DECODERS[type.name];
    case "array": {
      const element = NOT_IN_ARRAYS.has(type.element.name) ? undefined : decoderFor(type.element, options);
      if (element === undefined) return undefined;
      return (text) => parseArray(text, (item) => element(item));
    }
  }
}
