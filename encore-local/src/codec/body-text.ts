import { isUtf8 } from "node:buffer";

/** A byte that belongs to no character is kept as this lone surrogate plus its value. */
const STRAY = 0xdc00;

/** The text of a body. A body that is no UTF-8 keeps its stray bytes, so that a JSON error can say where they are. */
export function bodyText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const character = bytes.subarray(at, at + sequenceLength(bytes[at] ?? 0));
    const whole = isUtf8(character);
    text += whole ? character.toString("utf8") : String.fromCharCode(STRAY + (bytes[at] ?? 0));
    at += whole ? character.length : 1;
  }
  return text;
}

/** How many bytes of the body a part of its text was. */
export function byteLength(text: string): number {
  const stray = text.isWellFormed() ? 0 : (text.match(/[\ud800-\udfff]/gu)?.length ?? 0);
  // A lone surrogate counts as three bytes, and stands for one.
  return Buffer.byteLength(text) - 2 * stray;
}

function sequenceLength(lead: number): number {
  if (lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
