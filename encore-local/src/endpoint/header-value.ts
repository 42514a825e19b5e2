import { timeInText } from "../codec/datetime";
import { jsNumberText } from "../codec/js-value";
import { isDecimalObject } from "../codec/validation";
import { rawHeader } from "../http/header-text";
import { ApiFailure } from "../runtime/api-error";

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a header must not hold
const FORBIDDEN = /[\x00-\x08\x0a-\x1f\x7f]/;

/** The form of an app's value in a header; several for an array. @throws ApiFailure */
export function toHeaderValues(value: unknown): string[] {
  if (!Array.isArray(value)) return [toHeaderValue(value)];
  return value.map((element) => {
    if (Array.isArray(element)) throw ApiFailure.invalidArgument("nested array type unsupported as header value");
    return toHeaderValue(element);
  });
}

function toHeaderValue(value: unknown): string {
  if (typeof value === "string") {
    if (!FORBIDDEN.test(value)) return rawHeader(value);
    const message = "unable to convert string to header value";
    throw ApiFailure.invalidArgument(message, `${message}: failed to parse header value`);
  }
  if (typeof value === "object" && value !== null && !(value instanceof Date) && !isDecimalObject(value)) {
    throw ApiFailure.invalidArgument("map type unsupported as header value");
  }
  return scalarText(value);
}

/** A scalar in a header, a query or a cookie. */
export function scalarText(value: unknown): string {
  if (value instanceof Date) return timeInText(value);
  if (typeof value === "number") return jsNumberText(value);
  return isDecimalObject(value) ? String(value.value) : String(value);
}
