import { describe, expect, it } from "vitest";
import { keptLinkTarget, placeEntry } from "./entry-name";

const root = "owner-name-abc1234";

describe("an entry's name", () => {
  it.each([
    [`${root}/a/b.txt`, "a/b.txt"],
    [`${root}/a/./b`, "a/b"],
    [`${root}/a//b`, "a/b"],
    [`./${root}/a`, "a"],
    [`${root}/..a/b..`, "..a/b.."],
    [`${root}/.gitignore`, ".gitignore"],
    [`${root}/.github/x`, ".github/x"],
    [`${root}/a\ufffd`, "a\ufffd"],
  ])("%j is stored as %j", (name, path) => {
    expect(placeEntry(name, root)).toEqual({ kind: "path", path });
  });

  it("is the root folder itself", () => {
    expect(placeEntry(`${root}/`, root)).toEqual({ kind: "root" });
  });

  it.each([
    "../x",
    "a/../../x",
    "/etc/x",
    "//x",
    "..\\x",
    "C:x",
    "C:\\x",
    "\\\\?\\C:\\x",
    "",
    ".",
    "..",
    "other/x",
    `${root}/../x`,
    `${root}/a/../../x`,
    `${root}/..\\x`,
    `${root}/a\\..\\x`,
    `${root}/C:x`,
    `${root}/\\x`,
    `${root}/a\nb`,
    `${root}/a\u0007`,
  ])("%j refuses the archive", (name) => {
    expect(() => placeEntry(name, root)).toThrow(expect.objectContaining({ reason: "archive_refused" }));
  });

  it.each(["/r", "C:r", "\\r"])("below %j is absolute, also where that is the archive's own folder", (absolute) => {
    const own = absolute.replace(/^\//, "");
    expect(() => placeEntry(`${absolute}/x`, own)).toThrow(/absolute/);
  });

  it.each([
    [`${root}/${"x".repeat(256)}`, "name_too_long"],
    [`${root}/${"\u00e9".repeat(128)}`, "name_too_long"],
    [`${root}/${"a/".repeat(600)}b`, "path_too_long"],
    [`${root}/${`${"\u00e9".repeat(100)}/`.repeat(6)}x`, "path_too_long"],
    [`${root}/${"a/".repeat(300)}b`, "too_deep"],
    [`${root}/.git/config`, "git_folder"],
    [`${root}/a/.GIT/x`, "git_folder"],
    [`${root}/git~1/x`, "git_folder"],
    [`${root}/.g\u200bit/x`, "git_folder"],
    [`${root}/.git./x`, "git_folder"],
    [`${root}/.git::$INDEX_ALLOCATION/x`, "git_folder"],
  ])("%j is left out: %s", (name, reason) => {
    expect(placeEntry(name, root)).toMatchObject({ kind: "skip", reason });
  });
});

describe("a symlink's target", () => {
  it.each([
    ["a/b", "c"],
    ["a/b", "../c"],
    ["a/b/c", "../../d/e"],
    ["x", "./y"],
  ])("of %s is kept as %s", (path, target) => {
    expect(keptLinkTarget(path, target)).toBe(target);
  });

  it.each([
    ["a", "/etc/passwd"],
    ["a", "../x"],
    ["a/b", "../../x"],
    ["a/b", "x/../../../y"],
    ["current", "."],
    ["a/b", ".."],
    ["a", ""],
    ["a/b", ""],
    ["a", "C:\\x"],
    ["a", "C:/x"],
    ["a", "b\\c"],
    ["a", "b\nc"],
    ["a", "./."],
    ["a/b", "../"],
    ["a", "link/../b"],
    ["x/y/a", "link/../b"],
    ["a", `b/${"x".repeat(4_096)}`],
  ])("of %s to %j is not kept", (path, target) => {
    expect(keptLinkTarget(path, target)).toBeUndefined();
  });
});
