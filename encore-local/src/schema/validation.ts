import type { ValidationExpr, ValidationRule } from "../model/types";
import type { Reading } from "./reading";

/** The rule behind a type of `encore.dev/validate`, given what stands between its angle brackets. */
export function ruleOf(name: string, argument: Reading | undefined): ValidationExpr | undefined {
  const value = argument?.schema.kind === "literal" ? argument.schema.value : undefined;
  const rule = makeRule(name, value);
  return rule === undefined ? undefined : { kind: "rule", rule };
}

function makeRule(name: string, value: string | number | boolean | undefined): ValidationRule | undefined {
  switch (name) {
    case "Min":
      return typeof value === "number" ? { name: "min", value } : undefined;
    case "Max":
      return typeof value === "number" ? { name: "max", value } : undefined;
    case "MinLen":
      return typeof value === "number" ? { name: "minLen", value } : undefined;
    case "MaxLen":
      return typeof value === "number" ? { name: "maxLen", value } : undefined;
    case "StartsWith":
      return typeof value === "string" ? { name: "startsWith", value } : undefined;
    case "EndsWith":
      return typeof value === "string" ? { name: "endsWith", value } : undefined;
    case "MatchesRegexp":
      return typeof value === "string" ? { name: "matchesRegexp", value } : undefined;
    case "IsEmail":
      return { name: "isEmail" };
    case "IsURL":
      return { name: "isURL" };
    default:
      return undefined;
  }
}

/** Joins expressions; nested ones of the same kind are flattened, in order. */
export function combine(kind: "and" | "or", exprs: ValidationExpr[]): ValidationExpr | undefined {
  const flat = exprs.flatMap((expr) => (expr.kind === kind ? expr.exprs : [expr]));
  return flat.length <= 1 ? flat[0] : { kind, exprs: flat };
}
