import { refused } from "./refusal";
import { decodeText } from "./text";

/** What an extended header says of the entry after it, as far as it matters here. */
export interface PaxRecords {
  path?: string;
  linkpath?: string;
  size?: number;
  comment?: string;
}

const NEWLINE = 0x0a;
const SPACE = 0x20;
const EQUALS = 0x3d;

/** Reads records of the form `length key=value\n` (pax in POSIX.1-2001). Throws `archive_refused`. */
export function parsePax(body: Buffer): PaxRecords {
  const records: PaxRecords = {};
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(SPACE, at);
    const digits = space === -1 ? "" : body.toString("latin1", at, space);
    const end = at + Number(digits);
    const equals = body.indexOf(EQUALS, space);
    if (!/^[1-9]\d{0,8}$/.test(digits) || body[end - 1] !== NEWLINE || equals === -1 || equals >= end)
      throw refused("an extended header is not well-formed");
    const value = body.subarray(equals + 1, end - 1);
    note(records, body.toString("latin1", space + 1, equals), value);
    at = end;
  }
  return records;
}

function note(records: PaxRecords, key: string, value: Buffer): void {
  if (key.startsWith("GNU.sparse.")) throw refused("an entry is sparse");
  if (key === "path" || key === "linkpath") records[key] = decodeText(value);
  if (key === "comment") records.comment = value.toString("latin1");
  if (key === "size") {
    const digits = value.toString("latin1");
    const size = Number(digits);
    if (!/^\d+$/.test(digits) || !Number.isSafeInteger(size)) throw refused("an extended header's size is no number");
    records.size = size;
  }
}
