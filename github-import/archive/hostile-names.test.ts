import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { archive, entry, pax } from "../../tests/support/raw-tar";
import { endless, file, link, ROOT, read, refuses } from "../../tests/support/read-raw";

describe("a name that no honest archive holds refuses it", () => {
  it.each([
    ["a NUL in an extended header", /NUL/, pax({ path: Buffer.from(`${ROOT}/a\0b`) }), file("cut")],
    ["a NUL in a link's extended header", /NUL/, pax({ linkpath: Buffer.from("a\0b") }), link("a", "cut")],
    ["invalid UTF-8", /UTF-8/, entry({ name: Buffer.from([...Buffer.from(`${ROOT}/`), 0xff, 0xfe]), body: "x" })],
    ["invalid UTF-8 in an extended header", /UTF-8/, pax({ path: Buffer.of(0xc3, 0x28) }), file("cut")],
    ["a line break", /control/, file("a\nb")],
    ["a control character", /control/, file("a\u001bb")],
    ["an empty name", /no name/, entry({ name: "", body: "x" })],
    ["a dot", /outside/, entry({ name: ".", body: "x" })],
    ["two dots", /out of the tree/, entry({ name: "..", body: "x" })],
    ["another root folder", /outside/, entry({ name: "other/a", body: "x" })],
    ["a way out of the tree", /out of the tree/, file("../../etc/passwd")],
    ["an absolute path", /absolute/, entry({ name: "/etc/passwd", body: "x" })],
    ["a path of Windows", /absolute/, file("C:\\x")],
  ] as [string, RegExp, ...Buffer[]][])("%s", async (_name, message, ...entries) => {
    await refuses(read(archive(ROOT, ...entries)), "archive_refused", message);
  });
});

describe("a name that our trees cannot hold is left out, and told", () => {
  it.each([
    ["a component over 255 bytes", `${"n".repeat(256)}`, "name_too_long"],
    ["a path over 1,024 bytes", `${"seven77/".repeat(128)}end`, "path_too_long"],
    ["a depth over 256", `${"d/".repeat(256)}end`, "too_deep"],
    ["a git folder", ".git/config", "git_folder"],
    ["a git folder in capitals", "sub/.GIT/config", "git_folder"],
    ["a git folder's short name", "git~1/config", "git_folder"],
    ["a git folder with a zero-width character", ".g\u200cit/config", "git_folder"],
  ])("%s", async (_name, path, reason) => {
    const { report, tree } = await read(archive(ROOT, pax({ path: `${ROOT}/${path}` }), file("cut"), file("kept")));
    expect(tree).toEqual({ kept: "x" });
    expect(report.skipped).toEqual([{ path: path.slice(0, 1_024), reason }]);
  });

  it("without half a character at the end of what is told", async () => {
    const path = `${"seven77/".repeat(127)}${"n".repeat(7)}\u{1f600}${"x".repeat(100)}`;
    const { report } = await read(archive(ROOT, pax({ path: `${ROOT}/${path}` }), file("cut"), file("kept")));
    expect(report.skipped[0]?.path.isWellFormed()).toBe(true);
  });
});

describe("names that meet", () => {
  it("keeps the last of repeated ones, and counts it once", async () => {
    const { report, tree } = await read(archive(ROOT, file("a", "first"), file("b"), file("a", "last one")));
    expect(tree).toEqual({ a: "last one", b: "x" });
    expect(report).toMatchObject({ files: 2, bytes: 9, skipped: [{ path: "a", reason: "repeated_path" }] });
  });

  it("keeps those that differ in case or in Unicode's form, and tells", async () => {
    const [composed, decomposed] = ["caf\u00e9", "cafe\u0301"];
    const { report, tree } = await read(
      archive(ROOT, file("README"), file("readme"), file(composed), file(decomposed)),
    );
    expect(Object.keys(tree)).toEqual(["README", "readme", composed, decomposed]);
    expect(report.skipped).toEqual([
      { path: "readme", reason: "name_clash" },
      { path: decomposed, reason: "name_clash" },
    ]);
  });

  it.each([
    ["a file, then one below it", [file("a"), file("a/b")]],
    ["a file, after one below it", [file("a/b"), file("a")]],
    ["a link, then a file below it", [link("a", "b"), file("a/c")]],
    ["a folder, then a file", [entry({ name: `${ROOT}/a/`, type: "5" }), file("a")]],
    ["a file, then a folder", [file("a"), entry({ name: `${ROOT}/a/`, type: "5" })]],
  ])("refuses %s", async (_name, entries) => {
    await refuses(read(archive(ROOT, ...entries)), "archive_refused", /a file and a folder/);
  });

  it("reads '.' and empty segments as nothing", async () => {
    expect((await read(archive(ROOT, file("a/./b"), file("c//d")))).tree).toEqual({ "a/b": "x", "c/d": "x" });
  });
});

describe("links", () => {
  it.each(["/etc/passwd", "../../x", "..", ".", ""])("to %j is left out, and told", async (target) => {
    const { report, tree } = await read(archive(ROOT, link("a", target), file("b")));
    expect(tree).toEqual({ b: "x" });
    expect(report.skipped).toEqual([{ path: "a", reason: "link_out_of_tree" }]);
  });

  it("that would lead out through another link are left out; what lies below their names is ordinary", async () => {
    const { report, tree } = await read(
      archive(ROOT, link("current", "."), link("parent", "current/.."), file("parent/evil", "harmless")),
    );
    expect(tree).toEqual({ "parent/evil": "harmless" });
    expect(report.skipped.map(({ path }) => path)).toEqual(["current", "parent"]);
  });

  it("that are hard are left out, whether their target came before or not", async () => {
    const hard = (name: string, linkName: string) => entry({ name: `${ROOT}/${name}`, type: "1", linkName });
    const { report, tree } = await read(
      archive(ROOT, hard("early", `${ROOT}/a`), file("a"), link("s", "a"), hard("through", `${ROOT}/s`)),
    );
    expect(tree).toEqual({ a: "x", s: "->a" });
    expect(report.skipped).toEqual([
      { path: "early", reason: "hard_link" },
      { path: "through", reason: "hard_link" },
    ]);
  });

  it.each(["/etc/passwd", "../../etc/passwd", `${ROOT}/../../x`])(
    "that are hard and point to %j refuse the archive",
    async (linkName) => {
      await refuses(read(archive(ROOT, entry({ name: `${ROOT}/a`, type: "1", linkName }))), "archive_refused");
    },
  );

  it.each(["1", "2", "5"])(
    "or folders (type %s) with a body refuse the archive, before it is waited for",
    async (type) => {
      // The size promises far more than comes: a reader that waits for it does not end.
      const packed = gzipSync(entry({ name: `${ROOT}/a`, type, linkName: "b", size: 10 ** 9 }));
      await refuses(read(endless(packed)), "archive_refused", /has a body/);
    },
  );
});
