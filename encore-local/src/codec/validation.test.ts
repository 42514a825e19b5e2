import { expect, it } from "vitest";
import type { ValidationRule } from "../model/types";
import { compileValidation } from "./validation";

const check = (rule: ValidationRule, value: unknown): string | null => compileValidation({ kind: "rule", rule })(value);

it("counts a text's length in bytes and an array's in elements", () => {
  expect(check({ name: "maxLen", value: 3 }, "éé")).toBe("length too long (got 4, expected at most 3)");
  expect(check({ name: "minLen", value: 2 }, ["a"])).toBe("length too short (got 1, expected at least 2)");
});

it("compares whole numbers with the whole part of the bound", () => {
  expect(check({ name: "min", value: 1.5 }, 1)).toBeNull();
  expect(check({ name: "min", value: 1.5 }, 1.25)).toBe("value must be at least 1.5 (got 1.25)");
});

it("tells the first reason when no alternative holds", () => {
  const either = compileValidation({
    kind: "or",
    exprs: [
      { kind: "rule", rule: { name: "startsWith", value: "ab" } },
      { kind: "rule", rule: { name: "endsWith", value: "yz" } },
    ],
  });
  expect(either("xxyz")).toBeNull();
  expect(either("nope")).toBe('value does not start with "ab"');
});

it.each([
  ["a@b.co", true],
  ["a@localhost", true],
  ['"a b"@b.co', true],
  ["a@[127.0.0.1]", true],
  ["a.b", false],
  ["A <a@b.co>", false],
  [".a@b.co", false],
  ["a@-b.co", false],
  ["a@b.", false],
])("takes %s for an e-mail address: %s", (text, valid) => {
  expect(check({ name: "isEmail" }, text) === null).toBe(valid);
});

it("understands Rust's flags and named groups in patterns", () => {
  expect(check({ name: "matchesRegexp", value: "(?i)^(?P<word>abc)$" }, "ABC")).toBeNull();
});
