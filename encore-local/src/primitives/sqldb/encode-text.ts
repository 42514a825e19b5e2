import { isIP } from "node:net";
import { inRange, readTime } from "../../codec/datetime";
import { decimalFault } from "../../codec/decimal";
import { isVector, type SqlType } from "./types";

const UUID = /^(\{|urn:uuid:)?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?$/i;

/** A text as a parameter. Encore reads it by the column's type itself; the reasons are those of the libraries it uses. */
export function encodeText(value: string, type: SqlType): string | Buffer {
  if (type.kind === "enum") return value;
  switch (type.name) {
    case "text":
    case "varchar":
    case "name":
      return value;
    case "bytea":
      return Buffer.from(value, "utf8");
    case "numeric":
      return unless(decimalFault(value), value);
    case "timestamptz": {
      const time = readTime(value);
      return unless(typeof time === "string" ? time : null, value);
    }
    case "timestamp":
      return unless(fieldsFault(value, TIMESTAMP), value);
    case "date":
      return unless(fieldsFault(value, DATE), value);
    case "time":
      return unless(fieldsFault(value, TIME), value);
    case "uuid":
      return unless(UUID.test(value) ? null : "unable to parse uuid", value);
    case "cidr":
      return unless(isNetwork(value) ? null : "unable to parse cidr", value);
    case "inet":
      return unless(isAddress(value) ? null : "unable to parse inet", value);
    default:
      if (isVector(type)) return unless(isVectorText(value) ? null : "unable to parse vector", value);
      throw new Error(`string not supported for column of type ${type.name}`);
  }
}

function unless(fault: string | null, value: string): string {
  if (fault !== null) throw new Error(fault);
  return value;
}

/** Fields of digits, and what stands in front of each. */
type Format = { before: string; field: "year" | "month" | "day" | "hour" | "minute" | "second" }[];

const DATE: Format = [
  { before: "", field: "year" },
  { before: "-", field: "month" },
  { before: "-", field: "day" },
];
const TIME: Format = [
  { before: "", field: "hour" },
  { before: ":", field: "minute" },
  { before: ":", field: "second" },
];
const TIMESTAMP: Format = [...DATE, ...TIME.map((part, i) => (i === 0 ? { ...part, before: "T" } : part))];

/** Why a text does not have a format, null when it does. Single digits are taken where two are usual. */
function fieldsFault(text: string, format: Format): string | null {
  const found = { year: 2000, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
  let rest = text;
  for (const { before, field } of format) {
    if (rest === "" || rest.length < before.length) return "premature end of input";
    if (!rest.startsWith(before)) return "input contains invalid characters";
    const digits = (field === "year" ? /^[+-]?\d{1,4}/ : /^\d{1,2}/).exec(rest.slice(before.length))?.[0];
    if (digits === undefined) return rest === before ? "premature end of input" : "input contains invalid characters";
    found[field] = Number(digits);
    rest = rest.slice(before.length + digits.length);
  }
  if (format === TIMESTAMP) rest = rest.replace(/^\.\d+/, "");
  if (rest !== "") return "trailing input";
  const { year, month, day, hour, minute, second } = found;
  return inRange([year, month, day, hour, minute, second]) ? null : "input is out of range";
}

function isAddress(text: string): boolean {
  const [address = "", length, ...more] = text.split("/");
  const bits = isIP(address) === 4 ? 32 : 128;
  return isIP(address) !== 0 && more.length === 0 && (length === undefined || isPrefix(length, bits));
}

const isPrefix = (text: string, bits: number): boolean => /^\d{1,3}$/.test(text) && Number(text) <= bits;

/** An address whose bits beyond the prefix are zero. */
function isNetwork(text: string): boolean {
  if (!isAddress(text)) return false;
  const [address = "", length] = text.split("/");
  if (length === undefined) return true;
  const bits = addressBits(address);
  return !bits.slice(Number(length)).includes("1");
}

function addressBits(address: string): string {
  const toBits = (value: number, width: number): string => value.toString(2).padStart(width, "0");
  if (isIP(address) === 4)
    return address
      .split(".")
      .map((part) => toBits(Number(part), 8))
      .join("");
  // The URL parser writes an IPv6 address in its canonical form, without an embedded IPv4 one.
  const [left = "", right] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const groups = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const tail = right === undefined ? [] : groups(right);
  const middle = new Array<string>(8 - groups(left).length - tail.length).fill("0");
  return [...groups(left), ...middle, ...tail].map((group) => toBits(Number.parseInt(group, 16), 16)).join("");
}

function isVectorText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === "number");
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
