import { gzipSync } from "node:zlib";

/** Builds archives byte by byte, the bad ones as well, which no library would write. */

export interface RawEntry {
  name?: string | Buffer;
  /** The type flag; "0", a file, when absent. */
  type?: string;
  body?: string | Buffer;
  /** What the size field says; the body's length when absent. */
  size?: number | Buffer;
  mode?: number;
  linkName?: string;
  /** ustar's field for the beginning of a long name. */
  prefix?: string;
  magic?: string;
  checksum?: number;
}

/** A header and its body, filled up to whole blocks. */
export function entry(raw: RawEntry): Buffer {
  const { name = "", type = "0", mode = 0o644, linkName = "", prefix = "", magic = "ustar\x0000" } = raw;
  const body = Buffer.from(raw.body ?? "");
  const header = Buffer.alloc(512);
  Buffer.from(name).copy(header, 0, 0, 100);
  header.write(`${octal(mode, 7)}\0`, 100, "latin1");
  header.write(`${octal(0, 7)}\0${octal(0, 7)}\0`, 108, "latin1");
  const size = raw.size ?? body.length;
  if (Buffer.isBuffer(size)) size.copy(header, 124);
  else header.write(`${octal(size, 11)}\0`, 124, "latin1");
  header.write(`${octal(0, 11)}\0`, 136, "latin1");
  header.write(type, 156, "latin1");
  header.write(linkName, 157, 100);
  header.write(magic, 257, "latin1");
  header.write(prefix, 345, 155);
  header.write("        ", 148, "latin1");
  const sum = raw.checksum ?? header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148, "latin1");
  return Buffer.concat([header, filled(body)]);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

function filled(body: Buffer): Buffer {
  const padding = (512 - (body.length % 512)) % 512;
  return Buffer.concat([body, Buffer.alloc(padding)]);
}

/** An extended header; with type "g" a global one. Values are written as they are, NUL and all. */
export function pax(records: Record<string, string | Buffer>, type: "x" | "g" = "x"): Buffer {
  return entry({ name: "pax_header", type, body: paxBody(records) });
}

export function paxBody(records: Record<string, string | Buffer>): Buffer {
  return Buffer.concat(
    Object.entries(records).map(([key, value]) => {
      const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from("\n")]);
      let length = rest.length + 1;
      while (String(length).length + rest.length !== length) length += 1;
      return Buffer.concat([Buffer.from(String(length)), rest]);
    }),
  );
}

/** GNU's header for a long name. */
export function gnuLongName(name: string): Buffer {
  return entry({ name: "././@LongLink", type: "L", body: `${name}\0`, magic: "ustar  " });
}

/** GNU's header for a link's long target. */
export function gnuLongLink(target: string): Buffer {
  return entry({ name: "././@LongLink", type: "K", body: `${target}\0`, magic: "ustar  " });
}

export const END = Buffer.alloc(1024);

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** As GitHub makes it: the commit's id, the root folder, then the entries, then the end. */
export function archive(root: string, ...entries: Buffer[]): Buffer {
  return gzipSync(
    Buffer.concat([
      pax({ comment: COMMIT }, "g"),
      entry({ name: `${root}/`, type: "5", mode: 0o775 }),
      ...entries,
      END,
    ]),
  );
}
