import { toRegExp } from "../codec/rust-regexp";
import type { Schema, ValidationExpr, ValidationRule } from "../model/types";

export type JsonSchema = { [keyword: string]: unknown };

/** What the rules apply to: they mean other keywords for text than for lists and for numbers that travel as text. */
type Subject = "string" | "array" | "number" | "decimal" | "other";

/**
 * The rules of `encore.dev/validate` as keywords of JSON Schema. Encore counts the length of a text in bytes, JSON Schema
 * in characters: for text that is not ASCII the keyword is the looser of the two at the top and the stricter below.
 */
export function validationKeywords(expr: ValidationExpr, of: Schema): JsonSchema {
  const subject = subjectOf(of);
  if (expr.kind === "rule") return ruleKeywords(expr.rule, subject);
  const parts = expr.exprs.map((part) => validationKeywords(part, of));
  if (expr.kind === "or") return { anyOf: parts };
  return merged(parts);
}

/** One object where no keyword comes twice, else all of them side by side. */
function merged(parts: JsonSchema[]): JsonSchema {
  const keywords = parts.flatMap((part) => Object.keys(part));
  return new Set(keywords).size === keywords.length ? Object.assign({}, ...parts) : { allOf: parts };
}

function subjectOf({ kind }: Schema): Subject {
  switch (kind) {
    case "string":
    case "array":
    case "number":
      return kind;
    case "bigint":
    case "decimal":
      return "decimal";
    default:
      return "other";
  }
}

function ruleKeywords(rule: ValidationRule, subject: Subject): JsonSchema {
  switch (rule.name) {
    case "minLen":
      return subject === "array" ? { minItems: rule.value } : { minLength: rule.value };
    case "maxLen":
      return subject === "array" ? { maxItems: rule.value } : { maxLength: rule.value };
    // JSON Schema has no bounds for numbers that travel as text.
    case "min":
      return subject === "decimal" ? { "x-minimum": rule.value } : { minimum: rule.value };
    case "max":
      return subject === "decimal" ? { "x-maximum": rule.value } : { maximum: rule.value };
    case "startsWith":
      return { pattern: `^${escaped(rule.value)}` };
    case "endsWith":
      return { pattern: `${escaped(rule.value)}$` };
    case "matchesRegexp":
      return { pattern: patternOf(rule.value) };
    case "isEmail":
      return { format: "email" };
    case "isURL":
      return { format: "uri" };
  }
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** A class within a class: only JavaScript's newest mode (`v`) reads it as such. */
const NESTED_CLASS = /\[\^?(?:[^\]\\]|\\.)*\[/;

/** JSON Schema's patterns are those of JavaScript in Unicode mode and take no flags. */
function patternOf(rust: string): string {
  const { source, flags } = toRegExp(rust);
  return flags === "v" && !NESTED_CLASS.test(source) ? source : rust;
}
