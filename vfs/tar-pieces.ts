import { type Header, pack } from "tar-stream";

const PIECE_BYTES = 256 * 1024;

type EntryHeader = Partial<Header> & Pick<Header, "name">;

/**
 * Writes a tar archive in pieces of a quarter of a megabyte. tar-stream gives a header, a body and a filling for each
 * entry; compressing and sending each of them by itself takes far longer than what is in them.
 */
export class TarPieces {
  readonly #tar = pack();
  #parts: Buffer[] = [];
  #bytes = 0;
  readonly #ended: Promise<void>;

  constructor() {
    this.#tar.on("data", (part) => {
      const bytes = part as Buffer;
      this.#parts.push(bytes);
      this.#bytes += bytes.length;
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#tar.on("end", () => resolve());
      this.#tar.on("error", reject);
    });
  }

  /** Adds an entry that is in memory. Gives a piece when one is full. */
  async add(header: EntryHeader, data: Buffer = Buffer.alloc(0)): Promise<Buffer | undefined> {
    await new Promise<void>((resolve, reject) => {
      this.#tar.entry({ ...header, size: data.length }, data, (error) => (error ? reject(error) : resolve()));
    });
    return this.#bytes < PIECE_BYTES ? undefined : this.#take();
  }

  /** Adds an entry as it comes. Gives each piece that is full. */
  async *addStream(header: EntryHeader & { size: number }, data: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
    const entry = this.#tar.entry(header);
    const closed = new Promise<void>((resolve) => entry.on("close", () => resolve()));
    for await (const part of data) {
      if (!entry.write(part)) await new Promise<void>((resolve) => entry.once("drain", () => resolve()));
      if (this.#bytes >= PIECE_BYTES) yield this.#take();
    }
    entry.end(undefined);
    await closed;
  }

  /** The rest of the archive. */
  async end(): Promise<Buffer> {
    this.#tar.finalize();
    await this.#ended;
    return this.#take();
  }

  #take(): Buffer {
    const piece = Buffer.concat(this.#parts, this.#bytes);
    this.#parts = [];
    this.#bytes = 0;
    return piece;
  }
}
