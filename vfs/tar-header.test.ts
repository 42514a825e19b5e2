import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { extract } from "tar-stream";
import { describe, expect, it } from "vitest";
import { TAR_END, type TarEntry, tarFilling, tarHeader } from "./tar-header";

const mtime = new Date("2024-02-03T04:05:06Z");

interface ReadEntry {
  name: string;
  type: unknown;
  mode: unknown;
  mtime: unknown;
  target: unknown;
  data: Buffer;
}

/** What another reader makes of it. */
async function readBack(entries: { entry: TarEntry; data: Buffer }[]): Promise<ReadEntry[]> {
  const archive = Buffer.concat([
    ...entries.flatMap(({ entry, data }) => [tarHeader(entry), data, tarFilling(data.length)]),
    TAR_END,
  ]);
  const tar = extract();
  Readable.from([archive]).pipe(tar);
  const found: ReadEntry[] = [];
  for await (const entry of tar) {
    const { name, type, mode, mtime: time, linkname } = entry.header;
    found.push({ name, type, mode, mtime: time, target: linkname ?? undefined, data: await buffer(entry) });
  }
  return found;
}

const segment = fc.string({
  unit: fc.constantFrom("a", "b", ".", "-", " ", "é", "☃", "😀"),
  minLength: 1,
  maxLength: 120,
});
const path = fc.array(segment, { minLength: 1, maxLength: 6 }).map((segments) => segments.join("/"));
const file = fc.record({ name: path, data: fc.uint8Array({ maxLength: 1_100 }), mode: fc.constantFrom(0o644, 0o755) });

describe("a tar header", () => {
  it("is read by others as it was meant, whatever the name", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 4 }), async (files) => {
        const entries = files.map(({ name, data, mode }) => ({
          entry: { name, type: "file" as const, mode, size: data.length, mtime },
          data: Buffer.from(data),
        }));
        expect(await readBack(entries)).toEqual(
          entries.map(({ entry, data }) => ({
            name: entry.name,
            type: "file",
            mode: entry.mode,
            mtime,
            target: undefined,
            data,
          })),
        );
      }),
    );
  });

  it.each([99, 100, 101, 155, 156, 157, 255, 256, 257])(
    "holds a name of %i bytes, in segments or in one",
    async (bytes) => {
      for (const name of ["n".repeat(bytes), `${"d/".repeat(bytes)}`.slice(0, bytes - 1).concat("x")]) {
        const data = Buffer.from("content");
        const [found] = await readBack([{ entry: { name, type: "file", mode: 0o644, size: 7, mtime }, data }]);
        expect(found).toMatchObject({ name, data });
      }
    },
  );

  it.each(["short", "l".repeat(100), "l".repeat(101), "../größe", `${"far/".repeat(60)}x`])(
    "holds a symlink to %s",
    async (target) => {
      const entry: TarEntry = { name: "link", type: "symlink", mode: 0o777, size: 0, mtime, target };
      const [found] = await readBack([{ entry, data: Buffer.alloc(0) }]);
      expect(found).toMatchObject({ name: "link", type: "symlink", target });
    },
  );

  it("names a folder as such, also where the name is cut", async () => {
    for (const name of ["made", "d".repeat(99), "d".repeat(100), `${"p".repeat(100)}/${"q".repeat(99)}`]) {
      const entry: TarEntry = { name, type: "directory", mode: 0o755, size: 0, mtime };
      const [found] = await readBack([{ entry, data: Buffer.alloc(0) }]);
      expect(found).toMatchObject({ name: `${name}/`, type: "directory", mode: 0o755 });
    }
  });
});
