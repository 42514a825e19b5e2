import { type CookieAttributes, formatCookie } from "../http/cookies";
import { rawHeader } from "../http/header-text";
import { ApiFailure } from "../runtime/api-error";
import { scalarText } from "./header-value";

const SAME_SITE = new Set(["Strict", "Lax", "None"]);

/** The `Set-Cookie` header for a cookie from the app. @throws ApiFailure */
export function toSetCookie(name: string, cookie: Record<string, unknown>): string {
  if (cookie.value === undefined) throw unusable("cookie requires a value");
  const sameSite = optional(cookie, "sameSite", "string") as string | undefined;
  if (sameSite !== undefined && !SAME_SITE.has(sameSite)) {
    throw unusable("cookie field sameSite must be one of Lax, Strict or None");
  }
  const attributes: CookieAttributes = {
    path: optional(cookie, "path", "string") as string | undefined,
    domain: optional(cookie, "domain", "string") as string | undefined,
    secure: optional(cookie, "secure", "boolean") as boolean | undefined,
    httpOnly: optional(cookie, "httpOnly", "boolean") as boolean | undefined,
    partitioned: optional(cookie, "partitioned", "boolean") as boolean | undefined,
    expires: expiry(cookie.expires),
    maxAge: maxAge(cookie.maxAge),
    sameSite,
  };
  return rawHeader(formatCookie(name, scalarText(cookie.value), attributes));
}

function optional(cookie: Record<string, unknown>, field: string, type: "string" | "boolean"): unknown {
  const value = cookie[field];
  if (value === undefined || typeof value === type) return value;
  throw unusable(`cookie field ${field} must be a ${type}`);
}

function expiry(value: unknown): Date | undefined {
  if (value === undefined || value instanceof Date) return value;
  throw unusable("cookie field expires must be a datetime");
}

function maxAge(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "number") throw unusable("cookie field maxAge must be an integer");
  if (!Number.isInteger(value)) throw unusable("cookie field {} must be an integer");
  return Math.max(0, value);
}

const unusable = (reason: string): ApiFailure =>
  ApiFailure.invalidArgument(`couldn't parse response: InvalidArg, ${reason}`);
