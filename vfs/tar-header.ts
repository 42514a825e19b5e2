/** An entry of a tar archive (POSIX.1-2001, "pax"). */
export interface TarEntry {
  name: string;
  type: "file" | "directory" | "symlink";
  mode: number;
  /** Bytes of a file; fewer than 8 GiB. */
  size: number;
  mtime: Date;
  /** What a symlink points to. */
  target?: string | undefined;
}

const BLOCK_BYTES = 512;

const TYPEFLAGS = { file: "0", symlink: "2", directory: "5", pax: "x" };
/** Where the fields of a block are. */
const AT = { mode: 100, uid: 108, gid: 116, size: 124, mtime: 136, checksum: 148, type: 156, target: 157, magic: 257 };
const PREFIX_AT = 345;
const NAME_BYTES = 100;
const PREFIX_BYTES = 155;

/** What goes before the entry's bytes: one block, and two more for what does not fit into its fields or is not ASCII. */
export function tarHeader(entry: TarEntry): Buffer {
  const name = entry.type === "directory" ? `${entry.name}/` : entry.name;
  const target = entry.target ?? "";
  const split = splitName(name);
  const records = [
    ...(split === undefined ? [paxRecord("path", name)] : []),
    ...(fits(target, NAME_BYTES) ? [] : [paxRecord("linkpath", target)]),
  ];
  const own = block(entry, {
    type: entry.type,
    // Who reads no pax header sees the first bytes of a name.
    ...(split ?? { name: ascii(name).slice(0, NAME_BYTES), prefix: "" }),
    target: ascii(target).slice(0, NAME_BYTES),
  });
  return records.length === 0 ? own : Buffer.concat([paxHeader(entry, records.join("")), own]);
}

/** The zeros that fill up the last block of so many bytes. */
export function tarFilling(bytes: number): Buffer {
  return ZEROS.subarray(0, (BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES);
}

/** The end of an archive. */
export const TAR_END = Buffer.alloc(2 * BLOCK_BYTES);

const ZEROS = Buffer.alloc(BLOCK_BYTES);

function fits(text: string, bytes: number): boolean {
  return text.length <= bytes && Buffer.byteLength(text) === text.length;
}

function ascii(text: string): string {
  return text.replace(/[^ -~]/g, "_");
}

/** A name of up to 100 bytes, or one that a `/` cuts into a prefix of up to 155 and a rest. */
function splitName(name: string): { name: string; prefix: string } | undefined {
  if (fits(name, NAME_BYTES)) return { name, prefix: "" };
  if (!fits(name, PREFIX_BYTES + 1 + NAME_BYTES)) return undefined;
  const cut = name.indexOf("/", name.length - NAME_BYTES - 1);
  if (cut <= 0 || cut > PREFIX_BYTES || cut === name.length - 1) return undefined;
  return { name: name.slice(cut + 1), prefix: name.slice(0, cut) };
}

/** `LENGTH KEY=VALUE` and a newline, where the length counts all of it. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function paxHeader(entry: TarEntry, records: string): Buffer {
  const body = Buffer.from(records);
  const header = block(
    { ...entry, mode: 0o644, size: body.length },
    { type: "pax", name: "PaxHeader", prefix: "", target: "" },
  );
  return Buffer.concat([header, body, tarFilling(body.length)]);
}

function block(
  { mode, size, mtime }: Pick<TarEntry, "mode" | "size" | "mtime">,
  { type, name, prefix, target }: { type: keyof typeof TYPEFLAGS; name: string; prefix: string; target: string },
): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES);
  header.write(name, 0, "latin1");
  octal(header, mode, AT.mode, 7);
  octal(header, 0, AT.uid, 7);
  octal(header, 0, AT.gid, 7);
  octal(header, type === "file" || type === "pax" ? size : 0, AT.size, 11);
  octal(header, Math.max(0, Math.floor(mtime.getTime() / 1000)), AT.mtime, 11);
  header.write(`        ${TYPEFLAGS[type]}${target}`, AT.checksum, "latin1");
  header.write("ustar\0" + "00", AT.magic, "latin1");
  header.write(prefix, PREFIX_AT, "latin1");
  let sum = 0;
  for (let i = 0; i < BLOCK_BYTES; i++) sum += header[i] ?? 0;
  octal(header, sum, AT.checksum, 6);
  header[AT.checksum + 6] = 0;
  return header;
}

function octal(header: Buffer, value: number, at: number, digits: number): void {
  header.write(value.toString(8).padStart(digits, "0"), at, "latin1");
}
