/** Bytes of a file, both ends included. */
export interface ByteRange {
  start: number;
  end: number;
}

/** What a `Range` header asks of a file of `size` bytes: null for what cannot be answered (status 416). */
export function parseRange(header: string, size: number): ByteRange | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.replaceAll(" ", ""));
  const [, first = "", last = ""] = match ?? [];
  if (match === null || (first === "" && last === "")) return null;
  if (first === "") {
    const length = Number(last);
    return length === 0 || length > size ? null : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return start > end || start >= size ? null : { start, end };
}
