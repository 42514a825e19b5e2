import { expect, it } from "vitest";
import type { ValidationExpr, ValidationRule } from "../model/types";
import { validationKeywords } from "./validation-keywords";

const rule = (of: ValidationRule): ValidationExpr => ({ kind: "rule", rule: of });
const text = { kind: "string" } as const;

it("means the length of a text and the number of items of a list", () => {
  const expr = rule({ name: "maxLen", value: 2 });
  expect(validationKeywords(expr, text)).toEqual({ maxLength: 2 });
  expect(validationKeywords(expr, { kind: "array", element: text })).toEqual({ maxItems: 2 });
});

it("tells bounds of numbers that travel as text in an extension", () => {
  expect(validationKeywords(rule({ name: "min", value: 1 }), { kind: "number" })).toEqual({ minimum: 1 });
  expect(validationKeywords(rule({ name: "min", value: 1 }), { kind: "decimal" })).toEqual({ "x-minimum": 1 });
});

it("keeps alternatives, and rules that would share a keyword, side by side", () => {
  const starts = rule({ name: "startsWith", value: "a.b" });
  const ends = rule({ name: "endsWith", value: "$" });
  const both = [{ pattern: "^a\\.b" }, { pattern: "\\$$" }];
  expect(validationKeywords({ kind: "and", exprs: [starts, ends] }, text)).toEqual({ allOf: both });
  expect(validationKeywords({ kind: "or", exprs: [starts, ends] }, text)).toEqual({ anyOf: both });
});

it("writes Encore's patterns as JavaScript's", () => {
  const pattern = rule({ name: "matchesRegexp", value: "\\A(?P<year>[0-9]{4})\\z" });
  expect(validationKeywords(pattern, text)).toEqual({ pattern: "^(?<year>[0-9]{4})$" });
});
