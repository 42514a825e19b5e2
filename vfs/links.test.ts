import { describe, expect, it } from "vitest";
import { linkProblem, requireLink } from "./links";

describe("a symlink", () => {
  it.each([
    ["a", "b"],
    ["a", "./b/c"],
    ["a/b", "../c"],
    ["a/b/c", ".."],
    ["a/b/c", "../../d"],
    ["a/b", "."],
    ["a", "nowhere/yet"],
  ])("%s may point to %s", (path, target) => {
    expect(linkProblem(path, target)).toBeUndefined();
  });

  it.each([
    ["a", "", "empty"],
    ["a", "/etc/passwd", "begins with '/'"],
    ["a", "..", "out of the project"],
    ["a/b", "../../c", "out of the project"],
    ["a", ".", "root"],
    ["a/b", "../.", "root"],
    ["a", "b/../c", "behind a name"],
    ["a", "b\0", "control"],
    ["a", "\ud800", "Unicode"],
    ["a", "x".repeat(1025), "1024 bytes"],
  ])("%s must not point to %j", (path, target, problem) => {
    expect(linkProblem(path, target)).toContain(problem);
    expect(() => requireLink(path, target)).toThrow(expect.objectContaining({ reason: "invalid_link" }));
  });
});
