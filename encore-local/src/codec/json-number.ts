import { DecodeFailure } from "./decode-failure";

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const MAX_U64 = 18446744073709551615n;
const MIN_I64 = -9223372036854775808n;

export interface JsonNumber {
  value: number | bigint;
  /** False when it was written with a fraction or an exponent: `1.0` does not match the literal type `1`. */
  integer: boolean;
  end: number;
}

/** Reads a number at `start` by JSON's grammar. @throws DecodeFailure */
export function readJsonNumber(text: string, start: number): JsonNumber {
  NUMBER.lastIndex = start;
  const match = NUMBER.exec(text);
  if (match === null) throw invalidNumber(text, text.charCodeAt(start) === 45 ? start + 1 : start);
  const end = NUMBER.lastIndex;
  const next = text.charCodeAt(end);
  const digits = match[0];
  if (match[1] === undefined && match[2] === undefined) {
    if (next === 46) throw invalidNumber(text, end + 1);
    if (next === 69 || next === 101) throw invalidExponent(text, end + 1);
    if (next >= 48 && next <= 57) throw new DecodeFailure("invalid number");
    if (digits.length < 16) return { value: Number(digits), integer: digits !== "-0", end };
    return { ...wholeNumber(digits), end };
  }
  if (match[2] === undefined && (next === 69 || next === 101)) throw invalidExponent(text, end + 1);
  const value = Number(digits);
  if (!Number.isFinite(value)) throw new DecodeFailure("number out of range");
  return { value, integer: false, end };
}

/** Whole numbers beyond what a double holds exactly reach the app as `bigint`; beyond 64 bits they are doubles. */
function wholeNumber(digits: string): { value: number | bigint; integer: boolean } {
  const exact = BigInt(digits);
  if (exact > MAX_U64 || exact < MIN_I64) {
    const value = Number(digits);
    if (!Number.isFinite(value)) throw new DecodeFailure("number out of range");
    return { value, integer: false };
  }
  const value = Number(exact);
  return { value: Number.isSafeInteger(value) ? value : exact, integer: true };
}

function invalidNumber(text: string, at: number): DecodeFailure {
  return new DecodeFailure(at >= text.length ? "EOF while parsing a value" : "invalid number");
}

function invalidExponent(text: string, at: number): DecodeFailure {
  const sign = text.charCodeAt(at);
  return invalidNumber(text, sign === 43 || sign === 45 ? at + 1 : at);
}
