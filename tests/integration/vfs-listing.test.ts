import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pgPool } from "../../platform/pg-pool";
import { writeBatch } from "../../vfs/batch";
import { childrenOf } from "../../vfs/children";
import { type ListOptions, listEntries } from "../../vfs/listing";
import { newProject } from "../support/trees";

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

async function listed(options: Omit<ListOptions, "cursor">): Promise<string[]> {
  const paths: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await listEntries({ ...options, cursor });
    expect(page.items.length).toBeLessThanOrEqual(options.limit);
    paths.push(...page.items.map(({ path }) => path));
    cursor = page.nextCursor;
    if (cursor === undefined) return paths;
  }
}

/** Few characters, some of them below '/', so that names begin with one another and folders fall behind their siblings. */
const segment = fc.string({
  unit: fc.constantFrom("a", "b", "-", "!", "0", "é", "\u{1f600}"),
  minLength: 1,
  maxLength: 3,
});
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join("/"));

describe("a listing", () => {
  it("has each child of a folder once, sorted by bytes, on pages of any size", async () => {
    const runs = Number(process.env.LISTING_RUNS ?? 40);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(path, { maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        async (paths, limit) => {
          // A path is a file unless another lies below it.
          const files = paths.filter((one) => !paths.some((other) => other.startsWith(`${one}/`)));
          const projectId = await newProject();
          await writeBatch(
            projectId,
            files.map((file) => ({ kind: "file", path: file, content: Buffer.from(file) })),
          );
          expect(await listed({ projectId, folder: "", recursive: true, limit })).toEqual(files.toSorted(byBytes));
          const folders = new Set([
            "",
            ...files.filter((file) => file.includes("/")).map((file) => file.split("/")[0] ?? ""),
          ]);
          for (const folder of folders) {
            const from = folder === "" ? "" : `${folder}/`;
            const below = files.filter((file) => file.startsWith(from)).map((file) => file.slice(from.length));
            const children = new Set(below.map((rest) => `${from}${rest.split("/")[0]}`));
            const expected = [...children].sort(byBytes);
            expect(await listed({ projectId, folder, recursive: false, limit })).toEqual(expected);
          }
        },
      ),
      { numRuns: runs, ...(process.env.LISTING_SEED === undefined ? {} : { seed: Number(process.env.LISTING_SEED) }) },
    );
  });

  it("tells folders, files, symlinks and made folders apart", async () => {
    const projectId = await newProject();
    await writeBatch(projectId, [
      { kind: "file", path: "src/a.ts", content: Buffer.from("abc"), executable: true },
      { kind: "symlink", path: "link", target: "src" },
      { kind: "directory", path: "empty" },
    ]);
    const { items } = await listEntries({ projectId, folder: "", recursive: false, limit: 10, cursor: undefined });
    expect(items).toMatchObject([
      { path: "empty", name: "empty", kind: "directory", size: 0 },
      { path: "link", kind: "symlink", linkTarget: "src" },
      { path: "src", name: "src", kind: "directory" },
    ]);
    const inside = await listEntries({ projectId, folder: "src", recursive: false, limit: 10, cursor: undefined });
    expect(inside.items).toMatchObject([{ path: "src/a.ts", name: "a.ts", size: 3, executable: true }]);
  });

  it("finds the few children of folders with thousands of entries", async () => {
    const projectId = await newProject();
    await pgPool().query(
      `INSERT INTO vfs_entries (project_id, path, kind)
       SELECT $1, folder || '/' || n, 'directory' FROM unnest(ARRAY['a', 'b']) AS folder, generate_series(1, 3000) AS n`,
      [projectId],
    );
    const children = async (folder: string, after: string, limit: number) =>
      (await childrenOf({ projectId, folder, after, limit })).map(({ path }) => path);
    expect(await children("", "", 10)).toEqual(["a", "b"]);
    expect(await children("a", "", 3)).toEqual(["a/1", "a/10", "a/100"]);
    expect(await children("", "a", 10)).toEqual(["b"]);
  });
});
