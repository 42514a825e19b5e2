import { timeInJson } from "./datetime";
import { floatText } from "./display";
import { isDecimalObject } from "./validation";

/** A value from the app that cannot leave the process. */
export class UnsupportedValue extends Error {
  override readonly name = "UnsupportedValue";
}

const MAX_DEPTH = 128;

/** JSON of a value from the app, as Encore writes it. @throws UnsupportedValue */
export function encodeJson(value: unknown): string {
  // A list of ten thousand rows is written in a tenth of the time, and leaves no pieces of text to be collected.
  return isPlain(value, 1) ? JSON.stringify(value) : encode(value, 1);
}

/** Whether `JSON.stringify` writes the value as Encore does: data of no class, without numbers that the two write apart. */
function isPlain(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return isSmallWhole(value) || isPlainFraction(value);
    case "object":
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth > MAX_DEPTH) return false;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Array.prototype) {
    const list = value as unknown[];
    for (let i = 0; i < list.length; i++) if (!isPlain(list[i], depth + 1)) return false;
    return true;
  }
  if (prototype !== Object.prototype || isDecimalObject(value)) return false;
  for (const name in value) {
    const entry = (value as Record<string, unknown>)[name];
    if (entry !== undefined && !isPlain(entry, depth + 1)) return false;
  }
  return true;
}

function encode(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      if (!Number.isFinite(value)) throw new UnsupportedValue("Failed to convert js number to serde_json::Number");
      return jsNumberText(value);
    case "boolean":
      return value ? "true" : "false";
    case "bigint":
      return `"${value}"`;
    case "object":
      return value === null ? "null" : encodeObject(value, depth);
    case "undefined":
      throw unrepresentable("undefined");
    case "function":
      throw unrepresentable("JS functions");
    case "symbol":
      throw unrepresentable("JS symbols");
  }
}

/** Whole numbers beyond 32 bits travel through Encore's runtime as doubles, and show it. */
export function jsNumberText(value: number): string {
  if (!isSmallWhole(value)) return floatText(value);
  return Object.is(value, -0) ? "0" : String(value);
}

/** One that is written without an exponent. */
function isPlainFraction(value: number): boolean {
  const size = Math.abs(value);
  return !Number.isInteger(value) && size >= 1e-5 && size < 1e16;
}

function isSmallWhole(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32;
}

function encodeObject(value: object, depth: number): string {
  if (depth > MAX_DEPTH) {
    throw new UnsupportedValue(
      `value exceeds the maximum nesting depth of ${MAX_DEPTH}; does it contain a circular reference?`,
    );
  }
  if (Array.isArray(value)) {
    let text = "[";
    for (let i = 0; i < value.length; i++) text += `${i === 0 ? "" : ","}${encode(value[i], depth + 1)}`;
    return `${text}]`;
  }
  if (value instanceof Date) return `"${timeInJson(value)}"`;
  if (isDecimalObject(value)) return JSON.stringify(String(value.value));
  return encodeEntries(value as Record<string, unknown>, depth);
}

function encodeEntries(value: Record<string, unknown>, depth: number): string {
  let text = "{";
  // Inherited properties count, as they do in Encore: a Buffer is refused for its methods.
  for (const name in value) {
    const entry = value[name];
    if (entry !== undefined) text += `${text === "{" ? "" : ","}${JSON.stringify(name)}:${encode(entry, depth + 1)}`;
  }
  return `${text}}`;
}

const unrepresentable = (what: string): UnsupportedValue =>
  new UnsupportedValue(`${what} cannot be represented as a serde_json::Value`);

const TYPE_NAMES: Record<string, string> = {
  string: "String",
  number: "Number",
  boolean: "Boolean",
  bigint: "BigInt",
  function: "Function",
  symbol: "Symbol",
};

/** A payload is an object, or nothing at all. @throws UnsupportedValue */
export function asPayload(value: unknown): Record<string, unknown> | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "object") return value as Record<string, unknown>;
  throw new UnsupportedValue(`Expect value to be Object, but received ${TYPE_NAMES[typeof value]}`);
}
