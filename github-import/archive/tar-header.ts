import { refused } from "./refusal";

export const BLOCK_BYTES = 512;

/** What an entry is, by its type flag; `pax`, `paxGlobal`, `longName` and `longLink` say something of the entries after them. */
export type TarType = "file" | "link" | "symlink" | "directory" | "pax" | "paxGlobal" | "longName" | "longLink";

export interface TarHeader {
  type: TarType;
  name: Uint8Array;
  linkName: Uint8Array;
  size: number;
  mode: number;
}

const TYPES: Readonly<Record<string, TarType>> = {
  "0": "file",
  "\0": "file",
  "7": "file",
  "1": "link",
  "2": "symlink",
  "5": "directory",
  x: "pax",
  g: "paxGlobal",
  L: "longName",
  K: "longLink",
};

const CHECKSUM_AT = 148;
const CHECKSUM_BYTES = 8;

/** Reads a block of 512 bytes that is not all zeros. Throws `archive_refused`. */
export function parseHeader(block: Buffer): TarHeader {
  requireChecksum(block);
  const flag = String.fromCharCode(block[156] ?? 0);
  const type = TYPES[flag];
  if (type === undefined)
    throw refused(`an entry is neither a file nor a folder nor a link (type ${JSON.stringify(flag)})`);
  const name = nameOf(block);
  // Before ustar, folders were told by their names alone.
  const isFolder = type === "file" && name.at(-1) === SLASH;
  return {
    type: isFolder ? "directory" : type,
    name,
    linkName: untilNul(block.subarray(157, 257)),
    size: parseNumber(block.subarray(124, 136), "size"),
    mode: parseNumber(block.subarray(100, 108), "mode"),
  };
}

const SLASH = 0x2f;

/** POSIX archives put the beginning of a long name into a field of its own; GNU's have other things there. */
function nameOf(block: Buffer): Uint8Array {
  const name = untilNul(block.subarray(0, 100));
  const isPosix = block.toString("latin1", 257, 263) === "ustar\0";
  const prefix = isPosix ? untilNul(block.subarray(345, 500)) : Buffer.alloc(0);
  return prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.of(SLASH), name]);
}

function untilNul(field: Buffer): Buffer {
  const end = field.indexOf(0);
  return end === -1 ? field : field.subarray(0, end);
}

function requireChecksum(block: Buffer): void {
  let sum = CHECKSUM_BYTES * 0x20;
  for (let i = 0; i < CHECKSUM_AT; i++) sum += block[i] ?? 0;
  for (let i = CHECKSUM_AT + CHECKSUM_BYTES; i < BLOCK_BYTES; i++) sum += block[i] ?? 0;
  const written = parseNumber(block.subarray(CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_BYTES), "checksum");
  if (sum !== written) throw refused("a header's checksum is wrong");
}

/** Octal digits, or GNU's and star's binary form, whose first bit is set. */
function parseNumber(field: Buffer, what: string): number {
  const first = field[0] ?? 0;
  if ((first & 0x80) !== 0) return parseBinary(field, what);
  const text = field
    .toString("latin1")
    .replace(/[\0 ]+$/, "")
    .replace(/^ +/, "");
  if (!/^[0-7]*$/.test(text)) throw refused(`a header's ${what} is no number`);
  return text === "" ? 0 : Number.parseInt(text, 8);
}

function parseBinary(field: Buffer, what: string): number {
  // The second bit is the sign.
  if (((field[0] ?? 0) & 0x40) !== 0) throw refused(`a header's ${what} is negative`);
  let value = (field[0] ?? 0) & 0x3f;
  for (const byte of field.subarray(1)) value = value * 256 + byte;
  if (!Number.isSafeInteger(value)) throw refused(`a header's ${what} is absurd`);
  return value;
}
