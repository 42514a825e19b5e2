import { TAR_END, type TarEntry, tarFilling, tarHeader } from "./tar-header";

const PIECE_BYTES = 256 * 1024;

/** Writes a tar archive in pieces of a quarter of a megabyte: to compress each header by itself takes longer than to fill it. */
export class TarPieces {
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /** Adds an entry whose bytes are in memory. Gives a piece when one is full. */
  add(entry: TarEntry, data: Uint8Array): Buffer | undefined {
    this.#push(tarHeader(entry));
    this.#push(data);
    this.#end(entry, data.length);
    return this.#bytes < PIECE_BYTES ? undefined : this.#take();
  }

  /** Adds an entry as it comes. Gives each piece that is full. */
  async *addStream(entry: TarEntry, data: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
    this.#push(tarHeader(entry));
    let bytes = 0;
    for await (const part of data) {
      bytes += part.length;
      this.#push(part);
      if (this.#bytes >= PIECE_BYTES) yield this.#take();
    }
    this.#end(entry, bytes);
  }

  /** The rest of the archive. */
  end(): Buffer {
    this.#push(TAR_END);
    return this.#take();
  }

  /** Bytes that are not as many as the header says would spoil everything behind them. */
  #end({ name, size }: TarEntry, bytes: number): void {
    if (bytes !== size) throw new Error(`'${name}' has ${bytes} bytes in place of ${size}`);
    this.#push(tarFilling(size));
  }

  #push(part: Uint8Array): void {
    this.#parts.push(part);
    this.#bytes += part.length;
  }

  #take(): Buffer {
    const piece = Buffer.concat(this.#parts, this.#bytes);
    this.#parts = [];
    this.#bytes = 0;
    return piece;
  }
}
