import { describe, expect, it } from "vitest";
import { CueError, parseCueSecrets } from "./cue";

describe("a secrets file", () => {
  it.each([
    ["plain strings", 'A: "one"\nB: "two"', { A: "one", B: "two" }],
    ["comments and blank lines", '// first\n\nA: "one" // behind\n// last', { A: "one" }],
    ["quoted names", '"A-b": "one"', { "A-b": "one" }],
    ["commas between fields", 'A: "one", B: "two"', { A: "one", B: "two" }],
    [
      "escapes",
      'A: "tab\\t quote\\" backslash\\\\ snowman\\u2603 \\U0001F600"',
      { A: 'tab\t quote" backslash\\ snowman☃ 😀' },
    ],
    ["raw strings, in which a backslash is itself", 'A: #"raw \\n "stays""#', { A: 'raw \\n "stays"' }],
    ["escapes of raw strings", 'A: #"a\\#nb"#', { A: "a\nb" }],
    [
      "several lines, with the indentation taken off",
      'A: """\n\tfirst\n\t  second\n\n\tthird\n\t"""',
      { A: "first\n  second\n\nthird" },
    ],
    ["several raw lines", 'A: #"""\n  a\\n\n  "b"\n  """#\nB: "x"', { A: 'a\\n\n"b"', B: "x" }],
    ["several lines that are none", 'A: """\n"""', { A: "" }],
    ["line ends of Windows", 'A: "one"\r\nB: """\r\n  x\r\n  y\r\n  """\r\n', { A: "one", B: "x\ny" }],
    ["the same value twice", 'A: "x"\nA: "x"', { A: "x" }],
    ["nothing", "", {}],
  ])("may hold %s", (_, text, expected) => {
    expect(parseCueSecrets(text)).toEqual(expected);
  });

  it.each([
    ["a number", 'A: "x"\nB: 12', 2, 4],
    ["a struct", "A: {\n}", 1, 4],
    ["a list", "A: []", 1, 4],
    ["a reference", 'A: "x"\nB: A', 2, 4],
    ["an interpolation", 'A: "x\\(B)"', 1, 7],
    ["an expression", 'A: "x" + "y"', 1, 8],
    ["a package clause", "package x", 1, 1],
    ["an import", 'import "strings"', 1, 1],
    ["a name without a value", "A", 1, 2],
    ["an open string", 'A: "x\nB: "y"', 1, 4],
    ["an open string of several lines", 'A: """\n x', 1, 4],
    ["text behind the opening quotes", 'A: """x\n"""', 1, 7],
    ["a line with too little indentation", 'A: """\n\t\tx\n\ty\n\t\t"""', 3, 1],
    ["an unknown escape", 'A: "\\q"', 1, 6],
    ["too few digits", 'A: "\\u12"', 1, 7],
    ["two different values", 'A: "x"\nA: "y"', 2, 1],
    ["two fields on a line without a comma", 'A: "x" B: "y"', 1, 8],
    ["bytes", "A: 'x'", 1, 4],
  ])("is refused for %s, with its place", (_, text, line, column) => {
    let caught: unknown;
    try {
      parseCueSecrets(text);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(CueError);
    expect(caught).toMatchObject({ line, column });
  });

  it("never shows a value in an error", () => {
    expect(() => parseCueSecrets('A: "hidden" B: "y"')).toThrow(/^(?!.*hidden)/);
  });
});
