import { DecodeFailure } from "./decode-failure";

const SIMPLE_ESCAPES: Record<string, string> = {
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
    if (code < 32) throw controlCharacter();
  }
  throw unfinished();
}

function readEscaped(text: string, from: number, firstEscape: number): JsonString {
  let value = text.slice(from, firstEscape);
  let at = firstEscape;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 34) return { value, end: at + 1 };
    if (code < 32) throw controlCharacter();
    if (code !== 92) {
      const plainFrom = at;
      while (at < text.length && text.charCodeAt(at) >= 32 && text[at] !== '"' && text[at] !== "\\") at++;
      value += text.slice(plainFrom, at);
      continue;
    }
    const letter = text[at + 1];
    if (letter === undefined) throw unfinished();
    const simple = SIMPLE_ESCAPES[letter];
    if (simple !== undefined) {
      value += simple;
      at += 2;
    } else if (letter === "u") {
      const unit = readUnicodeEscape(text, at + 2);
      value += unit.value;
      at = unit.end;
    } else {
      throw new DecodeFailure("invalid escape");
    }
  }
  throw unfinished();
}

/** Reads what follows `\u`: one unit, or a pair of surrogates. A surrogate on its own is an error, as in Encore. */
function readUnicodeEscape(text: string, at: number): JsonString {
  const first = hexUnit(text, at);
  if (first >= 0xdc00 && first <= 0xdfff) throw new DecodeFailure("lone leading surrogate in hex escape");
  if (first < 0xd800 || first > 0xdbff) return { value: String.fromCharCode(first), end: at + 4 };
  if (at + 6 > text.length) throw unfinished();
  if (text[at + 4] !== "\\" || text[at + 5] !== "u") throw new DecodeFailure("unexpected end of hex escape");
  const second = hexUnit(text, at + 6);
  if (second < 0xdc00 || second > 0xdfff) throw new DecodeFailure("lone leading surrogate in hex escape");
  return { value: String.fromCharCode(first, second), end: at + 10 };
}

function hexUnit(text: string, at: number): number {
  if (at + 4 > text.length) throw unfinished();
  const digits = text.slice(at, at + 4);
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new DecodeFailure("invalid escape");
  return Number.parseInt(digits, 16);
}

const unfinished = (): DecodeFailure => new DecodeFailure("EOF while parsing a string");
const controlCharacter = (): DecodeFailure =>
  new DecodeFailure("control character (\\u0000-\\u001F) found while parsing a string");
