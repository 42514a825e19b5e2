/** Cuts a stream into pieces of `size` bytes, the last of which may be shorter; none for an empty stream. */
export async function* inChunks(data: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  let length = 0;
  for await (const piece of data) {
    let rest = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    while (length + rest.length >= size) {
      const taken = size - length;
      yield Buffer.concat([...pending, rest.subarray(0, taken)], size);
      rest = rest.subarray(taken);
      pending = [];
      length = 0;
    }
    if (rest.length > 0) {
      pending.push(rest);
      length += rest.length;
    }
  }
  if (length > 0) yield Buffer.concat(pending, length);
}

/** The pieces of `size` bytes that a buffer consists of. */
export function splitBuffer(data: Buffer, size: number): Buffer[] {
  const count = Math.ceil(data.length / size);
  return Array.from({ length: count }, (_, n) => data.subarray(n * size, (n + 1) * size));
}

/** Which chunks a range of bytes lies in: the first and the last number. Undefined for an empty range. */
export function chunksOf(
  { start, end }: { start: number; end: number },
  size: number,
): { first: number; last: number } | undefined {
  return end <= start ? undefined : { first: Math.floor(start / size), last: Math.floor((end - 1) / size) };
}

/** The part of chunk `n` that lies in the range. */
export function sliceOfChunk(
  chunk: Buffer,
  n: number,
  { start, end, size }: { start: number; end: number; size: number },
): Buffer {
  return chunk.subarray(Math.max(0, start - n * size), Math.max(0, end - n * size));
}
