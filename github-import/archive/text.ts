import { refused } from "./refusal";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A name of the archive, which must be UTF-8 without NUL. Throws `archive_refused`. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.includes(0)) throw refused("an entry's name holds NUL");
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw refused("an entry's name is not UTF-8", cause);
  }
}
