import { toRegExp } from "../codec/rust-regexp";
import type { Schema, ValidationExpr, ValidationRule } from "../model/types";
import type { Reading } from "./reading";

const NUMBER_RULES: Record<string, "min" | "max" | "minLen" | "maxLen"> = {
  Min: "min",
  Max: "max",
  MinLen: "minLen",
  MaxLen: "maxLen",
};
const TEXT_RULES: Record<string, "startsWith" | "endsWith" | "matchesRegexp"> = {
  StartsWith: "startsWith",
  EndsWith: "endsWith",
  MatchesRegexp: "matchesRegexp",
};
const PLAIN_RULES: Record<string, "isEmail" | "isURL"> = { IsEmail: "isEmail", IsURL: "isURL" };

/** Whether `encore.dev/validate` has a rule of this name. */
export const isRule = (name: string): boolean => name in NUMBER_RULES || name in TEXT_RULES || name in PLAIN_RULES;

/** The rule behind a type, given what stands between its angle brackets; a text that says what is wrong with that. */
export function ruleOf(name: string, argument: Reading | undefined): ValidationExpr | string {
  const value = argument?.schema.kind === "literal" ? argument.schema.value : undefined;
  const ofNumber = NUMBER_RULES[name];
  const ofText = TEXT_RULES[name];
  const plain = PLAIN_RULES[name];
  if (plain !== undefined) return { kind: "rule", rule: { name: plain } };
  if (ofText !== undefined && typeof value === "string") return { kind: "rule", rule: { name: ofText, value } };
  if (ofNumber !== undefined && typeof value === "number") {
    const isLength = ofNumber === "minLen" || ofNumber === "maxLen";
    if (!isLength || (Number.isInteger(value) && value >= 0)) return { kind: "rule", rule: { name: ofNumber, value } };
  }
  const wanted = ofNumber === undefined ? "string" : "number";
  return `${name} requires a ${wanted} literal as its first type argument`;
}

/** What is wrong with the pattern of a rule that has one. */
export function patternFault(expr: ValidationExpr): string | undefined {
  if (expr.kind !== "rule" || expr.rule.name !== "matchesRegexp") return undefined;
  try {
    toRegExp(expr.rule.value);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // In front of the last colon the engine shows the pattern in translation.
    return `${expr.rule.value} (${error.message.replace(/^Invalid regular expression: .*: /s, "")})`;
  }
}

/** The names of the rules that a type has no use for. */
export function unsupportedRules(expr: ValidationExpr, schema: Schema): string[] {
  if (expr.kind !== "rule") return expr.exprs.flatMap((inner) => unsupportedRules(inner, schema));
  return SUPPORTED[expr.rule.name].includes(schema.kind) ? [] : [expr.rule.name];
}

const SUPPORTED: Record<ValidationRule["name"], Schema["kind"][]> = {
  min: ["number", "decimal"],
  max: ["number", "decimal"],
  minLen: ["string", "array"],
  maxLen: ["string", "array"],
  startsWith: ["string"],
  endsWith: ["string"],
  matchesRegexp: ["string"],
  isEmail: ["string"],
  isURL: ["string"],
};

/** Joins expressions; nested ones of the same kind are flattened, in order. */
export function combine(kind: "and" | "or", exprs: ValidationExpr[]): ValidationExpr | undefined {
  const flat = exprs.flatMap((expr) => (expr.kind === kind ? expr.exprs : [expr]));
  return flat.length <= 1 ? flat[0] : { kind, exprs: flat };
}
