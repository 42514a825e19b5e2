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
    if (next >= 48 && next <= 57) throw invalidNumber(text, end);
    if (digits.length < 16) return { value: Number(digits), integer: digits !== "-0", end };
    return { ...wholeNumber(digits, end), end };
  }
  if (match[2] === undefined && (next === 69 || next === 101)) throw invalidExponent(text, end + 1);
  return { value: double(digits, end), integer: false, end };
}

/** Whole numbers beyond what a double holds exactly reach the app as `bigint`; beyond 64 bits they are doubles. */
function wholeNumber(digits: string, end: number): { value: number | bigint; integer: boolean } {
  const exact = BigInt(digits);
  if (exact > MAX_U64 || exact < MIN_I64) return { value: double(digits, end), integer: false };
  const value = Number(exact);
  return { value: Number.isSafeInteger(value) ? value : exact, integer: true };
}

const LARGEST_POWER = 308;
const LARGEST_EXPONENT = 2147483647;
const POWERS = Array.from({ length: LARGEST_POWER + 1 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * The double that Encore's JSON parser makes of a number. It multiplies once instead of rounding exactly, so the last
 * bit may differ from what JavaScript reads; serde_json documents that under its feature `float_roundtrip`.
 */
function double(number: string, end: number): number {
  // One exact multiplication of exact numbers rounds as JavaScript does.
  if (number.length < 16 && !/[eE]/.test(number)) return Number(number);
  const { significand, exponent } = parts(number, end);
  const sign = number.startsWith("-") ? -1 : 1;
  let value = significand;
  let left = exponent;
  for (; left < -LARGEST_POWER && value !== 0; left += LARGEST_POWER) value /= 1e308;
  if (value === 0) return sign * 0;
  if (left > LARGEST_POWER) throw outOfRange(end);
  value = left < 0 ? value / (POWERS[-left] ?? 1) : value * (POWERS[left] ?? 1);
  if (!Number.isFinite(value)) throw outOfRange(end);
  return sign * value;
}

/** The digits as far as 64 bits hold them, and the power of ten to multiply them with. */
function parts(number: string, end: number): { significand: number; exponent: number } {
  const [mantissa = "", power = "0"] = number.replace(/^-/, "").split(/[eE]/);
  const [whole = "", fraction = ""] = mantissa.split(".");
  const wholeTaken = fitting("", whole);
  const fractionTaken = fitting(wholeTaken, fraction);
  const significand = Number(BigInt(fractionTaken));
  const places = whole.length - wholeTaken.length - (fractionTaken.length - wholeTaken.length);
  const exponent = Number(power);
  if (Math.abs(exponent) > LARGEST_EXPONENT && significand !== 0 && exponent > 0) {
    // Encore stops at the digit that is too much.
    const written = power.replace(/^\+/, "");
    const digits = Array.from(written).findIndex((_, i) => Number(written.slice(0, i + 1)) > LARGEST_EXPONENT) + 1;
    throw outOfRange(end - written.length + digits);
  }
  return { significand, exponent: places + exponent };
}

/** `taken` and as many of the `digits` after it as make a number of 64 bits. */
function fitting(taken: string, digits: string): string {
  const all = taken + digits;
  if (all.length < 20) return all;
  let length = Math.max(taken.length, 19);
  while (length < all.length && BigInt(all.slice(0, length + 1)) <= MAX_U64) length++;
  return all.slice(0, length);
}

const outOfRange = (at: number): DecodeFailure => new DecodeFailure("number out of range", { at, looking: false });

function invalidNumber(text: string, at: number): DecodeFailure {
  const reason = at >= text.length ? "EOF while parsing a value" : "invalid number";
  return new DecodeFailure(reason, { at, looking: true });
}

function invalidExponent(text: string, at: number): DecodeFailure {
  const sign = text.charCodeAt(at);
  return invalidNumber(text, sign === 43 || sign === 45 ? at + 1 : at);
}
