import { describe, expect, it } from "vitest";
import { ancestors, pathProblem, requirePath } from "./path";

describe("a path", () => {
  it.each(["a", "a/b.txt", ".env", "..a", "a..", "é/☃", "a b", "x".repeat(255), "-", "a\\b", "%2e%2e"])(
    "may be %j",
    (path) => {
      expect(pathProblem(path)).toBeUndefined();
      expect(requirePath(path)).toBe(path);
    },
  );

  it.each([
    ["", "empty"],
    ["/a", "begins with '/'"],
    ["a//b", "empty segment"],
    ["a/", "empty segment"],
    ["./a", "segment '.'"],
    ["a/../b", "segment '..'"],
    ["a\0b", "NUL"],
    ["a\nb", "control character U+000A"],
    ["a\x7f", "control character U+007F"],
    ["a/\u0085", "control character U+0085"],
    ["\ud800", "Unicode"],
    [`${"a/".repeat(512)}b`, "1024 bytes"],
    ["☃".repeat(86), "255 bytes"],
  ])("must not be %j", (path, problem) => {
    expect(pathProblem(path)).toContain(problem);
    expect(() => requirePath(path)).toThrow(expect.objectContaining({ reason: "invalid_path" }));
  });
});

it("has the folders above it, outermost first", () => {
  expect(ancestors("a/b/c")).toEqual(["a", "a/b"]);
  expect(ancestors("a")).toEqual([]);
});
