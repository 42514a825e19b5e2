import type { ValidationExpr, ValidationRule } from "../model/types";
import { boundText, floatText, numberText, quoted } from "./display";
import { isEmail } from "./email";
import { toRegExp } from "./rust-regexp";

/**
 * Gives the reason why a value breaks the rules, null when it keeps them. `float`: the number was written with a fraction
 * or an exponent, which counts even where it is whole (`17.0`).
 */
export type Validator = (value: unknown, float?: boolean) => string | null;

export function compileValidation(expr: ValidationExpr): Validator {
  if (expr.kind === "rule") return compileRule(expr.rule);
  const validators = expr.exprs.map(compileValidation);
  if (expr.kind === "and") {
    return (value, float) => {
      for (const validate of validators) {
        const fault = validate(value, float);
        if (fault !== null) return fault;
      }
      return null;
    };
  }
  // Of several alternatives that all fail, the first one's reason is told.
  return (value, float) => {
    let first: string | null = null;
    for (const validate of validators) {
      const fault = validate(value, float);
      if (fault === null) return null;
      first ??= fault;
    }
    return first;
  };
}

function compileRule(rule: ValidationRule): Validator {
  switch (rule.name) {
    case "minLen":
      return ofLength((got) =>
        got < rule.value ? `length too short (got ${got}, expected at least ${rule.value})` : null,
      );
    case "maxLen":
      return ofLength((got) =>
        got > rule.value ? `length too long (got ${got}, expected at most ${rule.value})` : null,
      );
    case "min":
      return ofNumber((got, text, whole) =>
        got < bound(rule.value, whole) ? `value must be at least ${boundText(rule.value)} (got ${text})` : null,
      );
    case "max":
      return ofNumber((got, text, whole) =>
        got > bound(rule.value, whole) ? `value must be at most ${boundText(rule.value)} (got ${text})` : null,
      );
    case "startsWith":
      return ofString((text) =>
        text.startsWith(rule.value) ? null : `value does not start with ${quoted(rule.value)}`,
      );
    case "endsWith":
      return ofString((text) => (text.endsWith(rule.value) ? null : `value does not end with ${quoted(rule.value)}`));
    case "matchesRegexp": {
      const pattern = toRegExp(rule.value);
      return ofString((text) => (pattern.test(text) ? null : `value does not match the regexp ${quoted(rule.value)}`));
    }
    case "isEmail":
      return ofString((text) => (isEmail(text) ? null : "value is not an email"));
    case "isURL":
      return ofString((text) => (URL.canParse(text) ? null : "value is not a url"));
  }
}

/** Against a whole number Encore compares with the whole part of the bound. */
const bound = (value: number, whole: boolean): number => (whole ? Math.trunc(value) : value);

function ofString(check: (text: string) => string | null): Validator {
  return (value) => (typeof value === "string" ? check(value) : "unexpected type (expected string)");
}

/** The length of a string is that of its UTF-8 form. */
function ofLength(check: (length: number) => string | null): Validator {
  return (value) => {
    if (typeof value === "string") return check(Buffer.byteLength(value));
    return Array.isArray(value) ? check(value.length) : "unexpected type (expected string or array)";
  };
}

function ofNumber(check: (got: number | bigint, text: string, whole: boolean) => string | null): Validator {
  return (value, float = false) => {
    if (typeof value === "number" && float) return check(value, floatText(value), false);
    if (typeof value === "number") return check(value, numberText(value), Number.isInteger(value));
    if (typeof value === "bigint") return check(value, String(value), true);
    if (isDecimalObject(value)) return check(Number(value.value), String(value.value), false);
    return "unexpected type (expected number)";
  };
}

/** Whether a value is a `Decimal` of encore.dev/types: it marks itself with this property. */
export function isDecimalObject(value: unknown): value is { value: string } {
  return typeof value === "object" && value !== null && "__encore_decimal" in value;
}
