import { parse as parseArray } from "postgres-array";
import type { SqlType } from "./types";

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

const DECODERS: Record<string, Decoder> = {
  bool: (text) => text === "t",
  int2: Number,
  int4: Number,
  oid: Number,
  int8: bigInteger,
  float4: finite,
  float8: finite,
  text: verbatim,
  varchar: verbatim,
  name: verbatim,
  uuid: verbatim,
  inet: verbatim,
  cidr: verbatim,
  date: verbatim,
  time: verbatim,
  json: (text) => JSON.parse(text) as unknown,
  jsonb: (text) => JSON.parse(text) as unknown,
  bytea: (text) => {
    const bytes = Buffer.from(text.slice(2), "hex");
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  },
  timestamp: (text) => parseTimestamp(`${text}Z`),
  timestamptz: parseTimestamp,
};

/** PostgreSQL's ISO form, such as `2026-01-02 03:04:05.678+02`; years past 9999 and before Christ are not ISO 8601's. */
function parseTimestamp(text: string): Date | null {
  const match = /^(\d{4,})-(\d\d)-(\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d(?::?\d\d)?)( BC)?$/.exec(text);
  if (match === null) return null;
  const [, year = "", month, day, time, zone = "Z", bc] = match;
  const fullZone = /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone;
  const fullYear =
    year.length > 4 || bc !== undefined ? `${bc === undefined ? "+" : "-"}${signedYear(year, bc)}` : year;
  const date = new Date(`${fullYear}-${month}-${day}T${time}${fullZone}`);
  return Number.isNaN(date.getTime()) ? null : date;
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
      if (type.name === "numeric") return (text) => options.decimal(normalizeNumeric(text));
      return DECODERS[type.name];
    case "array": {
      const element = NOT_IN_ARRAYS.has(type.element.name) ? undefined : decoderFor(type.element, options);
      if (element === undefined) return undefined;
      return (text) => parseArray(text, (item) => element(item));
    }
  }
}
