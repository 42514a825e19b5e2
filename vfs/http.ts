import type { IncomingMessage } from "node:http";
import { DomainError } from "../platform/errors";
import type { ByteRange } from "./content-store";
import type { Precondition } from "./writing";

/** Entity tags of a list header, unquoted: `"a", W/"b"` gives a and b (RFC 9110, section 13.1.1). */
function entityTags(header: string): string[] {
  if (header.trim() === "*") return ["*"];
  return [...header.matchAll(/(?:W\/)?"([^"]*)"/g)].map(([, tag]) => tag ?? "");
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(", ") : header;
}

/** What a write demands by `If-Match` and `If-None-Match`. Throws `invalid_request` for what a write cannot mean. */
export function writePrecondition({ headers }: IncomingMessage): Precondition | undefined {
  const ifMatch = single(headers["if-match"]);
  if (ifMatch !== undefined) return { ifMatch: entityTags(ifMatch) };
  const ifNoneMatch = single(headers["if-none-match"]);
  if (ifNoneMatch === undefined) return undefined;
  if (ifNoneMatch.trim() === "*") return { ifNoneMatch: "*" };
  throw new DomainError("invalid_request", "If-None-Match of a write must be '*'", {
    hint: "Send If-None-Match: * to create a file only, or If-Match with its ETag to replace it.",
  });
}

/** Whether the reader has the file already. */
export function isNotModified({ headers }: IncomingMessage, hash: string): boolean {
  const header = single(headers["if-none-match"]);
  return header !== undefined && entityTags(header).some((tag) => tag === "*" || tag === hash);
}

/**
 * The one range of bytes that is asked for; undefined for the whole file, also where the header is malformed or asks for
 * several (RFC 9110, section 14.2 allows to ignore it). Throws `range_not_satisfiable`.
 */
export function requestedRange(
  { headers }: IncomingMessage,
  { size, hash }: { size: number; hash: string },
): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? "");
  if (match === null || !rangeApplies(headers["if-range"], hash)) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return undefined;
  const range =
    first === ""
      ? { start: Math.max(0, size - Number(last)), end: size }
      : { start: Number(first), end: last === "" ? size : Math.min(size, Number(last) + 1) };
  if (range.start >= size || range.start >= range.end) {
    throw new DomainError("range_not_satisfiable", `the file has ${size} bytes, none of which is in the range`);
  }
  return range;
}

/** With `If-Range`, a part is only wanted of the very file that the reader has begun to read. */
function rangeApplies(ifRange: string | string[] | undefined, hash: string): boolean {
  const header = single(ifRange);
  return header === undefined || entityTags(header).includes(hash);
}
