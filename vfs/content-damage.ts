import { DomainError } from "../platform/errors";
import { contentStoreFailures } from "./metrics";

/** The content is not in its store. */
export function missing(id: string): DomainError {
  contentStoreFailures.with({ reason: "content_missing" }).increment();
  return new DomainError("content_missing", `the content ${id} is not in its store`);
}

/** The content is in its store, and not whole. */
function corrupted(id: string, what: string): DomainError {
  contentStoreFailures.with({ reason: "content_corrupted" }).increment();
  return new DomainError("content_corrupted", `the content ${id} is damaged: ${what}`);
}

export interface Chunk {
  n: number;
  data: Buffer;
}

export interface ChunkedContent {
  id: string;
  /** Bytes of the whole content, and of each of its chunks but the last. */
  length: number;
  chunkBytes: number;
}

/** The bytes of the chunk that has to be number `n`. Throws `content_corrupted` when it is missing or of another size. */
export function requireChunk(chunk: Chunk | undefined, n: number, { id, length, chunkBytes }: ChunkedContent): Buffer {
  if (chunk === undefined || chunk.n !== n) throw corrupted(id, `chunk ${n} is missing`);
  const expected = Math.min(chunkBytes, length - n * chunkBytes);
  if (chunk.data.length !== expected) {
    throw corrupted(id, `chunk ${n} has ${chunk.data.length} bytes in place of ${expected}`);
  }
  return chunk.data;
}

/** A chunk behind the last one says that the length or the chunks are those of another content. */
export function refuseExtraChunk(
  chunk: Pick<Chunk, "n"> | undefined,
  { id, length, chunkBytes }: ChunkedContent,
): void {
  // Some clients write an empty chunk for an empty file; the specification has readers pass over it.
  if (chunk === undefined || length === 0) return;
  throw corrupted(id, `chunk ${chunk.n} is one too many for ${length} bytes in chunks of ${chunkBytes}`);
}

/** A whole content from all of its chunks, in their order. */
export function joinChunks(chunks: readonly Chunk[], content: ChunkedContent): Buffer {
  const count = Math.ceil(content.length / content.chunkBytes);
  const pieces = Array.from({ length: count }, (_, n) => requireChunk(chunks[n], n, content));
  refuseExtraChunk(chunks[count], content);
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces, content.length);
}

/** Whether it is the content that is at fault, and not the way to it. */
export function isDamage(error: unknown): error is DomainError & { reason: "content_missing" | "content_corrupted" } {
  return error instanceof DomainError && (error.reason === "content_missing" || error.reason === "content_corrupted");
}
