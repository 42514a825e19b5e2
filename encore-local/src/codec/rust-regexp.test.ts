import { expect, it } from "vitest";
import { toRegExp } from "./rust-regexp";

it.each([
  ["^[A-Z]{3}$", "ABC", true],
  ["^[A-Z]{3}$", "ABC\n", false],
  ["^\\d+$", "١٢", true],
  ["^\\w+$", "élan_1", true],
  ["^\\W$", "é", false],
  ["^\\s$", "\u00a0", true],
  ["^.$", "\r", true],
  ["^.$", "\n", false],
  ["(?s)^.$", "\n", true],
  ["(?i)^(?P<word>abc)$", "ABC", true],
  ["(?m)^b$", "a\nb\nc", true],
  ["(?m)^b$", "a\rb", false],
  ["\\bé", "aé", false],
  ["\\Aa\\z", "a", true],
  ["^[[:alpha:]_-]+$", "a_b-c", true],
  ["^[[:^digit:]]$", "1", false],
  ["^[a-z&&[^aeiou]]+$", "xyz", true],
  ["^[a-z&&[^aeiou]]+$", "aye", false],
  ["^[]a]+$", "]a", true],
  ["^[-a]+$", "-a", true],
  ["^[a-]+$", "-a", true],
  ["^[\\w.+-]+@[\\w-]+\\.[a-z]{2,}$", "a.b+c@d-e.co", true],
  ["^[(){}/|]+$", "({|})/", true],
  ["^\\-\\/\\#$", "-/#", true],
  ["^\\x{1F600}$", "😀", true],
  ["^\\pL+$", "é", true],
  ["^\\p{Greek}$", "λ", true],
  ["^a{2}$", "aa", true],
])("reads %s in Rust's dialect: %j", (pattern, text, matches) => {
  expect(toRegExp(pattern).test(text)).toBe(matches);
});

it("refuses what is no pattern", () => {
  for (const pattern of ["(", "[a", "\\y", "a**", "a(?=b)", "(?<!a)b"])
    expect(() => toRegExp(pattern)).toThrow(SyntaxError);
});
