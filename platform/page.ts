import { z } from "zod";
import { DomainError } from "./errors";

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 200;

/** `limit` of a list: 1 to 200, 50 when absent. */
export const pageLimit = z.number().int().min(1).max(MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE);

/** An opaque cursor around the sort key of a page's last item. */
export function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** The sort key of a cursor, checked against `key`. Throws `invalid_cursor` for anything that `encodeCursor` did not make. */
export function decodeCursor<T extends z.ZodType>(cursor: string, key: T): z.output<T> {
  try {
    return key.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch (cause) {
    throw new DomainError("invalid_cursor", "cursor is not one that this list gave out", { cause });
  }
}
