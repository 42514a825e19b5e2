import { byteLength } from "./body-text";
import { DecodeFailure } from "./decode-failure";

export const SIMPLE_ESCAPES: Record<string, string> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

export interface JsonString {
  value: string;
  end: number;
}

/** Reads a string whose opening quote is at `start`. @throws DecodeFailure */
export function readJsonString(text: string, start: number): JsonString {
  const from = start + 1;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) return { value: text.slice(from, at), end: at + 1 };
    if (code === 92) return readEscaped(text, from, at);
    if (code < 32) throw controlCharacter(at + 1);
  }
  throw unfinished(text);
}

function readEscaped(text: string, from: number, firstEscape: number): JsonString {
  let value = text.slice(from, firstEscape);
  let at = firstEscape;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 34) return { value, end: at + 1 };
    if (code < 32) throw controlCharacter(at + 1);
    if (code !== 92) {
      const plainFrom = at;
      while (at < text.length && text.charCodeAt(at) >= 32 && text[at] !== '"' && text[at] !== "\\") at++;
      value += text.slice(plainFrom, at);
      continue;
    }
    const letter = text[at + 1];
    if (letter === undefined) throw unfinished(text);
    const simple = SIMPLE_ESCAPES[letter];
    if (simple !== undefined) {
      value += simple;
      at += 2;
    } else if (letter === "u") {
      const unit = readUnicodeEscape(text, at + 2);
      value += unit.value;
      at = unit.end;
    } else {
      throw invalidEscape(at + 1);
    }
  }
  throw unfinished(text);
}

/** Reads what follows `\u`: one unit, or a pair of surrogates. A surrogate on its own is an error, as in Encore. */
function readUnicodeEscape(text: string, at: number): JsonString {
  const first = hexUnit(text, at);
  if (isTrailing(first)) throw loneSurrogate(at + 4);
  if (first < 0xd800 || first > 0xdbff) return { value: String.fromCharCode(first), end: at + 4 };
  for (const [offset, wanted] of [...PAIR_CONTINUES].entries()) {
    const found = text[at + 4 + offset];
    if (found === undefined) throw unfinished(text);
    if (found !== wanted) throw failure("unexpected end of hex escape", at + 4 + offset, true);
  }
  const second = hexUnit(text, at + 6);
  if (!isTrailing(second)) throw loneSurrogate(at + 10);
  return { value: String.fromCharCode(first, second), end: at + 10 };
}

const PAIR_CONTINUES = "\\u";

const isTrailing = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** The four hexadecimal digits at `at`. @throws DecodeFailure */
export function hexUnit(text: string, at: number): number {
  // Four bytes are taken, whatever they are.
  let end = at;
  while (end < text.length && byteLength(text.slice(at, end)) < 4) end++;
  if (byteLength(text.slice(at, end)) < 4) throw unfinished(text);
  const digits = text.slice(at, end);
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw failure("invalid escape", end);
  return Number.parseInt(digits, 16);
}

const failure = (reason: string, at: number, looking = false): DecodeFailure =>
  new DecodeFailure(reason, { at, looking });
export const invalidEscape = (at: number): DecodeFailure => failure("invalid escape", at, true);
export const unfinished = (text: string): DecodeFailure => failure("EOF while parsing a string", text.length);
const loneSurrogate = (at: number): DecodeFailure => failure("lone leading surrogate in hex escape", at);
export const controlCharacter = (at: number): DecodeFailure =>
  failure("control character (\\u0000-\\u001F) found while parsing a string", at);
