import { describe, expect, it } from "vitest";
import { type Change, writeBatch } from "../../vfs/batch";
import { type SearchOptions, type SearchPage, searchFiles } from "../../vfs/search";
import { nameMatcher, textMatcher } from "../../vfs/search-pattern";
import { file, link, newProject } from "../support/trees";

const text = (pattern: string, options = {}) =>
  textMatcher({ text: pattern, regex: false, caseSensitive: false, ...options });
const name = (glob: string) => nameMatcher(glob, { caseSensitive: false });

async function searched(projectId: string, options: Partial<SearchOptions>): Promise<SearchPage> {
  const all = { folder: "", name: undefined, text: undefined, limit: 50, cursor: undefined, milliseconds: 60_000 };
  return await searchFiles({ projectId, ...all, ...options });
}

function found({ items }: SearchPage): string[] {
  return items.flatMap(({ path, matches }) =>
    matches.length === 0 ? [path] : matches.map(({ line, column }) => `${path}:${line}:${column}`),
  );
}

describe("searching a tree", () => {
  it("finds files by name, folder and text, with the lines", async () => {
    const projectId = await newProject();
    await writeBatch(projectId, [
      file("src/a.ts", "one\nTODO: two\n"),
      file("src/deep/b.ts", "// todo\n// todo\n"),
      file("README.md", "To do; TODO\n"),
      link("src/link.ts", "a.ts"),
    ]);
    expect(found(await searched(projectId, { name: name("*.ts") }))).toEqual([
      "src/a.ts",
      "src/deep/b.ts",
      "src/link.ts",
    ]);
    expect(found(await searched(projectId, { text: text("todo") }))).toEqual([
      "README.md:1:8",
      "src/a.ts:2:1",
      "src/deep/b.ts:1:4",
      "src/deep/b.ts:2:4",
    ]);
    expect(found(await searched(projectId, { text: text("todo", { caseSensitive: true }), folder: "src" }))).toEqual([
      "src/deep/b.ts:1:4",
      "src/deep/b.ts:2:4",
    ]);
    const regex = text("^to.?do", { regex: true });
    expect(found(await searched(projectId, { text: regex, name: name("*.{md,ts}") }))).toEqual([
      "README.md:1:1",
      "src/a.ts:2:1",
    ]);
  });

  it("never finds text in what is binary", async () => {
    const projectId = await newProject();
    const binary: [string, Buffer][] = [
      ["nul.bin", Buffer.from("needle\0needle")],
      ["late-nul.txt", Buffer.concat([Buffer.from("needle\n".repeat(5_000)), Buffer.from([0])])],
      ["latin1.txt", Buffer.from("needle caf\xe9", "latin1")],
      ["utf16.txt", Buffer.from("needle", "utf16le")],
    ];
    await writeBatch(projectId, [
      ...binary.map(([path, content]): Change => ({ kind: "file", path, content })),
      file("text.txt", "needle"),
    ]);
    expect(found(await searched(projectId, { text: text("needle") }))).toEqual(["text.txt:1:1"]);
    expect(found(await searched(projectId, { text: text(".", { regex: true }) }))).toEqual(["text.txt:1:1"]);
  });

  it("gives pages that neither skip nor repeat a file", async () => {
    const projectId = await newProject();
    const paths = Array.from({ length: 30 }, (_, i) => `f${String(i).padStart(2, "0")}`);
    await writeBatch(
      projectId,
      paths.map((path, i) => file(path, i % 3 === 0 ? "no" : "yes")),
    );
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await searched(projectId, { text: text("yes"), limit: 7, cursor });
      expect(page.items.length).toBeLessThanOrEqual(7);
      seen.push(...page.items.map(({ path }) => path));
      cursor = page.nextCursor;
      if (cursor === undefined) break;
    }
    expect(seen).toEqual(paths.filter((_, i) => i % 3 !== 0));
  });

  it("ends a page when its time is up, and gets on all the same", async () => {
    const projectId = await newProject();
    const paths = ["a", "b", "c", "d"];
    await writeBatch(
      projectId,
      paths.map((path) => file(path, "x")),
    );
    const seen: string[] = [];
    let pages = 0;
    for (let cursor: string | undefined; ; ) {
      const page = await searched(projectId, { text: text("x"), cursor, milliseconds: -1 });
      seen.push(...page.items.map(({ path }) => path));
      pages += 1;
      cursor = page.nextCursor;
      if (cursor === undefined) break;
      expect(page.timedOut).toBe(true);
    }
    expect(seen).toEqual(paths);
    expect(pages).toBe(4);
  });

  it("says how many files were too large for it", async () => {
    const projectId = await newProject();
    await writeBatch(projectId, [file("large", "x".repeat(2 * 1024 * 1024 + 1)), file("small", "x")]);
    const page = await searched(projectId, { text: text("x") });
    expect([found(page), page.tooLarge]).toEqual([["small:1:1"], 1]);
  });
});
