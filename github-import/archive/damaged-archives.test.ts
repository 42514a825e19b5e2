import { randomBytes } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, it } from "vitest";
import { Gate } from "../../tests/support/gate";
import { archive, END, entry, gnuLongName, pax } from "../../tests/support/raw-tar";
import { file, from, ROOT, read, refuses } from "../../tests/support/read-raw";
import { gunzip } from "./gunzip";

describe("an entry of another kind refuses the archive", () => {
  it.each(["3", "4", "6", "S", "D", "M", "V", "Z"])("type %s", async (type) => {
    await refuses(read(archive(ROOT, entry({ name: `${ROOT}/a`, type }))), "archive_refused", /neither/);
  });

  it("a sparse file in an extended header", async () => {
    await refuses(read(archive(ROOT, pax({ "GNU.sparse.major": "1" }), file("a"))), "archive_refused", /sparse/);
  });
});

describe("headers that lie refuse the archive", () => {
  const negative = Buffer.alloc(12, 0xff);
  const huge = Buffer.concat([Buffer.of(0x80), Buffer.alloc(11, 0xff)]);
  const form = /well-formed/;
  const records = (body: string) => entry({ type: "x", name: "pax", body });
  it.each<[string, RegExp, ...Buffer[]]>([
    ["a size of letters", /no number/, pax({ size: "abc" })],
    ["a size that only begins with digits", /no number/, pax({ size: "1x" })],
    ["a negative size", /no number/, pax({ size: "-512" })],
    ["an absurd size", /no number/, pax({ size: "9".repeat(20) })],
    ["a negative binary size", /negative/, file("a", "x", { size: negative })],
    ["an absurd binary size", /absurd/, file("a", "x", { size: huge })],
    ["a size that is not octal", /no number/, file("a", "x", { size: Buffer.from("00000000009\0") })],
    ["a wrong checksum", /checksum/, file("a", "x", { checksum: 1 })],
    ["an extended header over 4 MiB", /absurdly long/, entry({ type: "x", name: "pax", size: 5 * 1024 * 1024 })],
    ["an extended header with a wrong length", form, records("99 path=a\n")],
    ["an extended header with a length that is no plain number", form, records("1e1 a=bcd\n")],
    ["an extended header without a line's end", form, records("9 path=ab")],
    ["an extended header without a key", form, records("6 abc\n")],
    ["two names for one entry", /different names/, gnuLongName(`${ROOT}/a`), pax({ path: `${ROOT}/b` })],
    ["headers without end", /too many headers/, ...Array.from({ length: 40 }, () => pax({ path: `${ROOT}/a` }))],
  ])("%s", async (_name, message, ...entries) => {
    await refuses(read(archive(ROOT, ...entries, file("behind"))), "archive_refused", message);
  });

  it("headers that speak of no entry", async () => {
    await refuses(read(archive(ROOT, pax({ path: `${ROOT}/a` }))), "archive_refused", /where an entry should come/);
  });
});

describe("a tar that is not whole refuses the archive", () => {
  const whole = Buffer.concat([file("a", "x".repeat(1_000)), file("b"), END]);
  it.each<[string, Buffer]>([
    ["cut in a body", whole.subarray(0, 900)],
    ["cut in a header", whole.subarray(0, 1_700)],
    ["cut between entries", whole.subarray(0, 1_536)],
    ["without the end's second half", whole.subarray(0, -512)],
    ["with an entry behind the end", Buffer.concat([whole, file("late")])],
    ["with one block of zeros between entries", Buffer.concat([file("a"), Buffer.alloc(512), file("b"), END])],
    ["with a header behind one block of zeros", Buffer.concat([file("a"), Buffer.alloc(512), file("b", ""), END])],
    ["of a single byte", Buffer.from("x")],
  ])("%s", async (_name, tar) => {
    await refuses(read(gzipSync(tar)), "archive_refused");
  });
});

describe("a gzip that is not sound refuses the archive", () => {
  const packed = gzipSync(Buffer.concat([file("a", randomBytes(5_000).toString("latin1")), END]));
  const badCrc = Buffer.from(packed);
  badCrc[packed.length - 8] = (badCrc[packed.length - 8] ?? 0) ^ 0xff;
  it.each<[string, Buffer[]]>([
    ["cut in the middle", [packed.subarray(0, packed.length / 2)]],
    ["cut in its last bytes", [packed.subarray(0, -3)]],
    ["with a bad CRC", [badCrc]],
    ["with junk behind it", [Buffer.concat([packed, Buffer.from("junk")])]],
    ["with junk in a piece of its own", [packed, Buffer.from("junk")]],
    ["with junk behind zeros", [Buffer.concat([packed, Buffer.alloc(10), Buffer.from("junk")])]],
    ["with junk behind a piece of zeros", [packed, Buffer.alloc(10), Buffer.from("junk")]],
    ["with another gzip behind it", [packed, gzipSync(file("late"))]],
  ])("%s", async (_name, parts) => {
    await refuses(read(from(parts)), "archive_refused");
  });

  it("with junk that comes when all of the archive was read", async () => {
    const gate = new Gate();
    async function* source() {
      yield packed;
      await gate.pass();
      yield Buffer.from("junk");
    }
    const pieces = gunzip(source(), { bytes: 1e6, ratio: 1e6, ratioFromBytes: 1e6 });
    let unpacked = 0;
    for (const whole = gunzipSync(packed).length; unpacked < whole; )
      unpacked += ((await pieces.next()).value as Buffer).length;
    const end = pieces.next();
    gate.open();
    await refuses(end, "archive_refused");
  });

  it("names the upstream when what came is no gzip at all", async () => {
    await refuses(read(Buffer.from("<!DOCTYPE html><p>Unicorn!")), "github_bad_answer", /GitHub/);
  });
});

describe("an empty archive", () => {
  it.each([
    ["nothing at all", gzipSync(END)],
    ["the root folder alone", archive(ROOT)],
  ])("of %s is an empty repository", async (_name, packed) => {
    await refuses(read(packed), "empty_repository");
  });

  it("is one also where a folder of it is asked for", async () => {
    await refuses(read(gzipSync(END), { folder: "apps/web" }), "empty_repository");
  });

  it("of no bytes refuses", async () => {
    await refuses(read(Buffer.alloc(0)), "archive_refused");
  });
});
