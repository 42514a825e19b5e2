import { isUtf8 } from "node:buffer";
import { ApiFailure } from "../runtime/api-error";

// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
const ASCII = /^[\x00-\x7f]*$/;

/** Node hands headers over byte by byte; their text is UTF-8. @throws ApiFailure when it is not. */
export function headerText(raw: string): string {
  if (ASCII.test(raw)) return raw;
  const bytes = Buffer.from(raw, "latin1");
  if (isUtf8(bytes)) return bytes.toString("utf8");
  throw ApiFailure.invalidArgument("invalid header value", `invalid header value: ${utf8Fault(bytes)}`);
}

/** The header's text, undefined when it is no UTF-8. */
export function readableHeader(raw: string): string | undefined {
  if (ASCII.test(raw)) return raw;
  const bytes = Buffer.from(raw, "latin1");
  return isUtf8(bytes) ? bytes.toString("utf8") : undefined;
}

/** The form in which Node writes a header's text as UTF-8. */
export const rawHeader = (text: string): string =>
  ASCII.test(text) ? text : Buffer.from(text, "utf8").toString("latin1");

function utf8Fault(bytes: Buffer): string {
  for (let at = 0; at < bytes.length; ) {
    const wanted = sequenceLength(bytes[at] ?? 0);
    const have = bytes.subarray(at, at + wanted);
    if (wanted > 0 && have.length === wanted && isUtf8(have)) {
      at += wanted;
      continue;
    }
    const valid = validPrefix(have, wanted);
    if (wanted > 0 && at + valid === bytes.length) return `incomplete utf-8 byte sequence from index ${at}`;
    return `invalid utf-8 sequence of ${Math.max(1, valid)} bytes from index ${at}`;
  }
  return "";
}

function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/** How many of the bytes could begin a sequence. */
function validPrefix(bytes: Buffer, wanted: number): number {
  if (wanted === 0) return 0;
  let valid = 1;
  while (valid < Math.min(bytes.length, wanted) && ((bytes[valid] ?? 0) & 0xc0) === 0x80) valid++;
  return valid;
}
