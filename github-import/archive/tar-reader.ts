import { type PaxRecords, parsePax } from "./pax";
import { refused } from "./refusal";
import { BLOCK_BYTES, parseHeader, type TarHeader } from "./tar-header";
import { decodeText } from "./text";
import { isZero } from "./zeros";

/** An entry of the archive, with all that headers before it said of it. */
export interface TarEntry {
  type: "file" | "link" | "symlink" | "directory";
  name: string;
  linkName: string;
  /** Bytes of its body. */
  size: number;
  mode: number;
}

/** Headers that speak of other entries have bodies of a few hundred bytes; up to this size they are read into memory. */
const MAX_META_BYTES = 4 * 1024 * 1024;
/** How many headers may speak of one entry. */
const MAX_META_HEADERS = 16;
const EMPTY = Buffer.alloc(0);

/**
 * Reads a tar as it comes, one entry after the other, strictly: where parsers are known to differ, the archive is refused
 * (`archive_refused`), so that nobody sees another tree in it than we do. Written here, and not taken from a library,
 * because the libraries let through what hostile-input tests list: entries behind the end, NUL in names, sizes that are
 * no numbers, global paths.
 */
export class TarReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Buffer = EMPTY;
  #at = 0;
  /** Of the present entry's body: bytes still to come, and those that fill its last block. */
  #body = 0;
  #padding = 0;
  /** The commit's id that `git archive` writes into a global header. */
  comment: string | undefined;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next entry, or undefined at the end of the archive. What was not read of the present one's body is passed over. */
  async next(): Promise<TarEntry | undefined> {
    let pax: PaxRecords = {};
    let longName: string | undefined;
    let longLink: string | undefined;
    for (let headers = 0; headers <= MAX_META_HEADERS; headers++) {
      await this.#passOver(this.#body + this.#padding);
      const header = await this.#header();
      if (header === undefined) {
        if (headers > 0) throw refused("it ends where an entry should come");
        return undefined;
      }
      switch (header.type) {
        case "pax":
          pax = parsePax(await this.#meta(header));
          break;
        case "paxGlobal":
          // What it says of names and sizes would hold for every entry; git writes none of that, only the commit's id.
          this.#noteComment(parsePax(await this.#meta(header)));
          break;
        case "longName":
          longName = decodeText(withoutNul(await this.#meta(header)));
          break;
        case "longLink":
          longLink = decodeText(withoutNul(await this.#meta(header)));
          break;
        default:
          return this.#entry({ ...header, type: header.type }, { pax, longName, longLink });
      }
    }
    throw refused("too many headers speak of one entry");
  }

  /** The whole body of the present entry. */
  async readBody(): Promise<Buffer> {
    const body = await this.#take(this.#body);
    this.#body = 0;
    return body;
  }

  /** The body of the present entry as it comes. */
  async *streamBody(): AsyncGenerator<Buffer> {
    while (this.#body > 0) {
      await this.#fill();
      const piece = this.#chunk.subarray(this.#at, this.#at + this.#body);
      this.#at += piece.length;
      this.#body -= piece.length;
      yield piece;
    }
  }

  #entry(
    header: TarHeader & { type: TarEntry["type"] },
    { pax, longName, longLink }: { pax: PaxRecords; longName: string | undefined; longLink: string | undefined },
  ): TarEntry {
    if (longName !== undefined && pax.path !== undefined && longName !== pax.path)
      throw refused("two headers give one entry different names");
    const name = longName ?? pax.path ?? decodeText(header.name);
    const size = pax.size ?? header.size;
    const type = header.type === "file" && name.endsWith("/") ? "directory" : header.type;
    if (type !== "file" && size > 0) throw refused(`a ${type} has a body`);
    this.#expectBody(size);
    return { type, name, linkName: longLink ?? pax.linkpath ?? decodeText(header.linkName), size, mode: header.mode };
  }

  #noteComment({ comment }: PaxRecords): void {
    this.comment ??= comment;
  }

  #expectBody(size: number): void {
    this.#body = size;
    this.#padding = (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
  }

  async #meta({ size }: TarHeader): Promise<Buffer> {
    if (size > MAX_META_BYTES) throw refused("an extended header is absurdly long");
    this.#expectBody(size);
    return await this.readBody();
  }

  /** The next header; undefined behind the end marker, after which nothing but zeros may follow. */
  async #header(): Promise<TarHeader | undefined> {
    const block = await this.#take(BLOCK_BYTES);
    if (!isZero(block)) return parseHeader(block);
    if (!isZero(await this.#take(BLOCK_BYTES))) throw refused("one block of zeros stands between entries");
    for (let rest = await this.#more(); rest !== undefined; rest = await this.#more()) {
      if (!isZero(rest)) throw refused("something follows the archive's end");
    }
    return undefined;
  }

  async #passOver(bytes: number): Promise<void> {
    this.#body = 0;
    this.#padding = 0;
    for (let left = bytes; left > 0; ) {
      await this.#fill();
      const passed = Math.min(left, this.#chunk.length - this.#at);
      this.#at += passed;
      left -= passed;
    }
  }

  async #take(bytes: number): Promise<Buffer> {
    if (this.#chunk.length - this.#at >= bytes) {
      this.#at += bytes;
      return this.#chunk.subarray(this.#at - bytes, this.#at);
    }
    const pieces: Buffer[] = [];
    for (let left = bytes; left > 0; ) {
      await this.#fill();
      const piece = this.#chunk.subarray(this.#at, this.#at + left);
      this.#at += piece.length;
      left -= piece.length;
      pieces.push(piece);
    }
    return Buffer.concat(pieces, bytes);
  }

  /** Sees to it that the present chunk has something left. */
  async #fill(): Promise<void> {
    if (this.#at < this.#chunk.length) return;
    this.#at = 0;
    this.#chunk = EMPTY;
    while (this.#chunk.length === 0) {
      const { done, value } = await this.#source.next();
      if (done === true) throw refused("it ends in the middle");
      this.#chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
  }

  /** What is left of the present chunk, else the next one; undefined at the end. */
  async #more(): Promise<Buffer | undefined> {
    const rest = this.#chunk.subarray(this.#at);
    this.#at = this.#chunk.length;
    if (rest.length > 0) return rest;
    const { done, value } = await this.#source.next();
    return done === true ? undefined : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
}

/** GNU's long names end with NUL. */
function withoutNul(bytes: Buffer): Buffer {
  return bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes;
}
