import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { END, entry, paxBody } from "../../tests/support/raw-tar";
import { endless, file, ROOT, read, refuses } from "../../tests/support/read-raw";

describe("limits refuse from the header on", () => {
  /** The entry's body never comes. */
  const headerOnly = (entries: Buffer) => endless(gzipSync(entries));

  it("of a file's bytes", async () => {
    const entries = file("a", "", { size: 1_001 });
    await refuses(read(headerOnly(entries), { limits: { fileBytes: 1_000 } }), "repository_too_large");
  });

  it("of all bytes", async () => {
    const entries = Buffer.concat([file("a", "x".repeat(600)), file("b", "", { size: 600 })]);
    await refuses(read(headerOnly(entries), { limits: { bytes: 1_000 } }), "repository_too_large");
  });

  it("of bytes that come again under one name", async () => {
    const entries = Buffer.concat([file("a", "x".repeat(600)), file("a", "", { size: 600 })]);
    await refuses(read(headerOnly(entries), { limits: { bytes: 1_000 } }), "repository_too_large");
  });

  it("of entries, whatever they are", async () => {
    const folders = Buffer.concat([1, 2, 3, 4].map((n) => entry({ name: `${ROOT}/${n}/`, type: "5" })));
    await refuses(read(headerOnly(folders), { limits: { files: 3 } }), "repository_too_large");
  });

  it("of what an archive unpacks to, headers and all", async () => {
    const metas = Array.from({ length: 60 }, (_, n) =>
      Buffer.concat([entry({ type: "x", name: "pax", body: paxBody({ comment: "c".repeat(100_000) }) }), file(`${n}`)]),
    );
    await refuses(
      read(gzipSync(Buffer.concat([...metas, END])), { limits: { bytes: 100_000, files: 100 } }),
      "repository_too_large",
      /unpacks to more/,
    );
  });

  it("of the ratio between unpacked and packed, in flat memory", async () => {
    const bomb = gzipSync(Buffer.concat([file("a", "", { size: 64 * 1024 ** 2 }), Buffer.alloc(64 * 1024 ** 2), END]));
    const before = process.memoryUsage().rss;
    await refuses(
      read(bomb, { limits: { ratio: 100, ratioFromBytes: 1024 ** 2 } }),
      "repository_too_large",
      /far more/,
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 ** 2);
  });

  it("of time, also while nothing comes", async () => {
    await refuses(read(endless(gzipSync(file("a"))), { limits: { milliseconds: 50 } }), "repository_too_large", /long/);
  });
});
