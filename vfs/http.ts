import type { IncomingMessage } from "node:http";
import { DomainError } from "../platform/errors";
import type { ByteRange } from "./content-store";
import type { Precondition } from "./precondition";

type Headers = Pick<IncomingMessage, "headers">;

interface EntityTag {
  weak: boolean;
  /** Without the quotes. */
  tag: string;
}

/** The entity tags of a list: `"a", W/"b"`, or `*` (RFC 9110, sections 8.8.3 and 13.1). Throws `invalid_request`. */
function entityTags(name: string, header: string): EntityTag[] {
  if (header.trim() === "*") return [{ weak: false, tag: "*" }];
  const list = header.matchAll(/\s*(W\/)?"([^"]*)"\s*(?:,|$)/gy);
  const tags = [...list];
  const read = tags.reduce((length, [text]) => length + text.length, 0);
  if (tags.length === 0 || read !== header.length) {
    throw new DomainError("invalid_request", `${name} is not a list of ETags in quotes`, {
      hint: `Send the ETag as it was given, with its quotes: ${name}: "<hash>".`,
    });
  }
  return tags.map(([, weak, tag = ""]) => ({ weak: weak !== undefined, tag }));
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(", ") : header;
}

/**
 * What a request demands by `If-Match` and `If-None-Match`. `If-Match` compares strongly: a weak tag matches nothing.
 * Throws `invalid_request`.
 */
export function requestedPrecondition({ headers }: Headers): Precondition {
  const ifMatch = single(headers["if-match"]);
  const ifNoneMatch = single(headers["if-none-match"]);
  return {
    ...(ifMatch === undefined
      ? {}
      : { ifMatch: entityTags("If-Match", ifMatch).flatMap(({ weak, tag }) => (weak ? [] : [tag])) }),
    ...(ifNoneMatch === undefined
      ? {}
      : { ifNoneMatch: entityTags("If-None-Match", ifNoneMatch).map(({ tag }) => tag) }),
  };
}

/** Whether the reader has the file already. */
export function isNotModified({ ifNoneMatch }: Precondition, hash: string): boolean {
  return ifNoneMatch?.some((tag) => tag === "*" || tag === hash) ?? false;
}

/**
 * The one range of bytes that a GET asks for; undefined for the whole file, also where the header is malformed or asks for
 * several ranges, which a server may answer with the whole (RFC 9110, section 14.2). Throws `range_not_satisfiable`.
 */
export function requestedRange(
  { headers }: Headers,
  { size, hash }: { size: number; hash: string },
): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/i.exec(headers.range ?? "");
  if (match === null || !rangeApplies(headers["if-range"], hash)) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "") return last === "" ? undefined : suffix(Number(last), size);
  const range = { start: Number(first), end: last === "" ? size : Math.min(size, Number(last) + 1) };
  if (range.start >= range.end) throw notSatisfiable(size);
  return range;
}

/** The last bytes of a file. Of an empty one they are all there are, which Content-Range has no words for. */
function suffix(length: number, size: number): ByteRange | undefined {
  if (length === 0) throw notSatisfiable(size);
  return size === 0 ? undefined : { start: Math.max(0, size - length), end: size };
}

function notSatisfiable(size: number): DomainError {
  return new DomainError("range_not_satisfiable", `the file has ${size} bytes, none of which is in the range`);
}

/**
 * With `If-Range`, a part is only wanted of the very file that the reader has begun to read. A date never says that for
 * sure, and a weak tag neither.
 */
function rangeApplies(ifRange: string | string[] | undefined, hash: string): boolean {
  const header = single(ifRange);
  return header === undefined || header.trim() === `"${hash}"`;
}
