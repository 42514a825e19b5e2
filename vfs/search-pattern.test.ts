import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchesIn } from "./line-matches";
import { nameMatcher, textMatcher } from "./search-pattern";

const means = (glob: string, path: string) => nameMatcher(glob, { caseSensitive: true })(path);

describe("a glob", () => {
  it.each([
    ["*.ts", "a.ts"],
    ["*.ts", "src/deep/a.ts"],
    ["a?c", "abc"],
    ["[a-c]x", "bx"],
    ["[!a-c]x", "dx"],
    ["*.{ts,tsx}", "a.tsx"],
    ["{a,b{c,d}}", "bd"],
    ["src/*.ts", "src/a.ts"],
    ["src/**", "src/a/b"],
    ["src/**/x", "src/x"],
    ["src/**/x", "src/a/b/x"],
    ["**/x", "x"],
    ["a,b", "a,b"],
    ["\\*", "*"],
    ["a.b+c", "a.b+c"],
    ["[]x]", "]"],
    ["☃?", "☃\u{1f600}"],
  ])("%s means %s", (glob, path) => {
    expect(means(glob, path)).toBe(true);
  });

  it.each([
    ["*.ts", "a.tsx"],
    ["src/*.ts", "src/a/b.ts"],
    ["src/*", "lib/a"],
    ["a?c", "ac"],
    ["[!a-c]x", "bx"],
    ["a.c", "abc"],
    ["A", "a"],
    ["", "a"],
  ])("%s does not mean %s", (glob, path) => {
    expect(means(glob, path)).toBe(false);
  });

  it("may ignore case", () => {
    expect(nameMatcher("readme*", { caseSensitive: false })("docs/README.md")).toBe(true);
  });

  it.each(["{a", "a}", "[z-a]", "{a,{b}"])("that cannot be read is refused: %s", (glob) => {
    expect(() => means(glob, "a")).toThrow(expect.objectContaining({ reason: "invalid_pattern" }));
  });

  it("without special characters means its own name alone", () => {
    const plain = fc.string({
      unit: fc.constantFrom("a", "B", ".", "+", "(", ")", "$", "^", "|", "-", "é"),
      minLength: 1,
    });
    fc.assert(
      fc.property(plain, plain, (glob, name) => {
        expect(means(glob, name)).toBe(glob === name);
      }),
    );
  });
});

describe("a text pattern", () => {
  const find = (text: string, line: string, options = {}) =>
    textMatcher({ text, regex: false, caseSensitive: false, ...options })(line);

  it("is found where it stands, in any case unless told otherwise", () => {
    expect(find("todo", "// TODO: x")).toEqual({ start: 3, end: 7 });
    expect(find("todo", "// TODO: x", { caseSensitive: true })).toBeUndefined();
    expect(find("ÉTÉ", "un été")).toEqual({ start: 3, end: 6 });
  });

  it("is taken literally unless it is a regular expression", () => {
    expect(find("a.c(", "abc( a.c(")).toEqual({ start: 5, end: 9 });
    expect(find("a.c", "abc", { regex: true })).toEqual({ start: 0, end: 3 });
    expect(find("^import .* from ['\"]node:", 'import x from "node:fs"', { regex: true })).toBeDefined();
    expect(find("\\bT\\w+", "a Tree", { regex: true, caseSensitive: true })).toEqual({ start: 2, end: 6 });
  });

  it.each(["(", "a(?=b)", "(a)\\1", "a{1001}", "((a{30}){30}){30}", "[z-a]"])(
    "that RE2 does not take is refused: %s",
    (text) => {
      const compile = () => find(text, "a", { regex: true });
      expect(compile).toThrow(expect.objectContaining({ reason: "invalid_pattern" }));
    },
  );

  it("that brings the language's own engine to its knees is answered", () => {
    expect(find("(a+)+$", `${"a".repeat(4_000)}b`, { regex: true })).toBeUndefined();
    expect(find("(.*)*x", "a".repeat(4_000), { regex: true })).toBeUndefined();
  });
});

describe("the lines of a text", () => {
  const todo = textMatcher({ text: "x", regex: false, caseSensitive: true });
  const lines = (text: string, deadline = Number.POSITIVE_INFINITY) => matchesIn(text, todo, deadline);

  it("are numbered from one, whatever ends them", async () => {
    const { matches, more } = await lines("x\r\n\n..x\nno\nx");
    expect(more).toBe(false);
    expect(matches).toEqual([
      { line: 1, column: 1, length: 1, text: "x" },
      { line: 3, column: 3, length: 1, text: "..x" },
      { line: 5, column: 1, length: 1, text: "x" },
    ]);
  });

  it("are as many as a hundred, and that there are more is said", async () => {
    expect((await lines("x\n".repeat(100))).more).toBe(false);
    const { matches, more } = await lines("x\n".repeat(101));
    expect([matches.length, more]).toEqual([100, true]);
  });

  it("that are long are shown around the match", async () => {
    const { matches } = await lines(`${"-".repeat(5_000)}x${"-".repeat(5_000)}`);
    expect(matches[0]).toMatchObject({ line: 1, column: 5_001, length: 1 });
    expect(matches[0]?.text).toHaveLength(300);
    expect(matches[0]?.text).toContain("x");
  });

  it("are looked at until the time is up", async () => {
    const { matches, more } = await lines(`${"-\n".repeat(1_000)}x`, 0);
    expect([matches, more]).toEqual([[], true]);
  });
});
