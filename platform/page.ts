import { z } from "zod";
import { DomainError } from "./errors";
import { withoutNul } from "./input";

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 200;

/** `limit` of a list: 1 to 200, 50 when absent. */
export const pageLimit = z.number().int().min(1).max(MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE);

// What sort keys are made of. A cursor may be anybody's invention: what PostgreSQL would not take must not reach it.

/** A timestamp of PostgreSQL's in UTC, to the microsecond, as text: a JavaScript Date would cut it to the millisecond. */
export const timeKey = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$/)
  .refine(isTime);

/** A column of `bigint`, as far as numbers are exact. */
export const bigintKey = z.int().min(0);

/** A column of `int`. */
export const intKey = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);

/** A column of `text`. */
export const textKey = z.string().refine(...withoutNul);

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

/** Whether there is such a day and time. PostgreSQL knows no year 0. */
function isTime(text: string): boolean {
  const toTheSecond = text.slice(0, 19).replace(" ", "T");
  const time = new Date(`${toTheSecond}Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(toTheSecond) && !text.startsWith("0000");
}
