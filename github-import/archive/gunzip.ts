import { createGunzip, type Gunzip } from "node:zlib";
import { DomainError } from "../../platform/errors";
import { refused, tooLarge } from "./refusal";
import { isZero } from "./zeros";

export interface GunzipLimits {
  /** Unpacked bytes, everything together. */
  bytes: number;
  /** Unpacked bytes to packed ones; looked at once `ratioFromBytes` are unpacked. */
  ratio: number;
  ratioFromBytes: number;
}

/** Larger steps make Node's gunzip about twice as fast. */
const CHUNK_BYTES = 256 * 1024;
const MAGIC = Buffer.of(0x1f, 0x8b);

/**
 * Unpacks a gzip as it comes. Throws `repository_too_large` as soon as more comes out than the limits allow,
 * `github_bad_answer` for what is no gzip from its first byte, and `archive_refused` for one that is damaged, breaks off,
 * or has anything but zeros behind it.
 */
export async function* gunzip(packed: AsyncIterable<Uint8Array>, limits: GunzipLimits): AsyncGenerator<Buffer> {
  const engine = createGunzip({ chunkSize: CHUNK_BYTES });
  const feeding = new Feeding(engine);
  // What it fails with comes out of the engine, behind all that came before.
  feeding.run(packed).catch(() => undefined);
  let unpacked = 0;
  try {
    for await (const chunk of engine as AsyncIterable<Buffer>) {
      unpacked += chunk.length;
      if (unpacked > limits.bytes) throw tooLarge(`it unpacks to more than ${limits.bytes} bytes`);
      if (unpacked > limits.ratioFromBytes && unpacked > feeding.packed * limits.ratio)
        throw tooLarge("it unpacks to far more than it is packed");
      yield chunk;
    }
  } catch (error) {
    throw translated(error);
  } finally {
    feeding.stop();
    engine.destroy();
  }
}

/** Puts packed bytes into the engine, one piece after the other, and looks at what lies behind the gzip's end. */
class Feeding {
  packed = 0;
  #stopped = false;

  constructor(private readonly engine: Gunzip) {}

  async run(packed: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const piece of packed) {
        if (this.#stopped) return;
        await this.#feed(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
      }
      this.engine.end();
    } catch (error) {
      this.engine.destroy(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  /** Leaves the loop at the next piece; the source is closed by that. */
  stop(): void {
    this.#stopped = true;
  }

  async #feed(piece: Buffer): Promise<void> {
    if (this.packed === 0 && !MAGIC.subarray(0, piece.length).equals(piece.subarray(0, MAGIC.length)))
      throw new DomainError("github_bad_answer", "GitHub sent something that is no gzip in place of an archive");
    const ended = this.engine.readableEnded || this.engine.bytesWritten < this.packed;
    const from = this.packed;
    this.packed += piece.length;
    if (!ended) await this.#write(piece);
    // Behind the gzip's end the engine takes nothing more.
    const behind = piece.subarray(Math.max(0, this.engine.bytesWritten - from));
    if (!isZero(behind)) throw refused("something follows the gzip's end");
  }

  async #write(piece: Buffer): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.engine.once("close", resolve);
      this.engine.write(piece, (error) => {
        this.engine.off("close", resolve);
        if (error === null || error === undefined) resolve();
        else reject(error);
      });
    });
  }
}

/** zlib's own codes: what came is no gzip, or not all of it. */
function translated(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code.startsWith("Z_") ? refused("it is no sound gzip", error) : error;
}
