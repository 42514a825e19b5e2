import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { archive, COMMIT, END, entry, gnuLongLink, gnuLongName, pax } from "../../tests/support/raw-tar";
import { file, link, ROOT, read, refuses } from "../../tests/support/read-raw";

describe("an honest archive", () => {
  it("is read however it is cut into pieces", async () => {
    const big = randomBytes(700_000);
    const packed = archive(
      ROOT,
      file("a.txt", "hello"),
      file("run.sh", "#!", { mode: 0o755 }),
      entry({ name: `${ROOT}/big.bin`, body: big }),
      file("empty", ""),
      link("link", "a.txt"),
      file("z/y/x", "deep"),
    );
    for (const pieceBytes of [1_000, 4_096, 1_000_000]) {
      const { report, tree, executable } = await read(packed, { pieceBytes });
      expect(tree).toEqual({
        "a.txt": "hello",
        "run.sh": "#!",
        "big.bin": big.toString("latin1"),
        empty: "",
        link: "->a.txt",
        "z/y/x": "deep",
      });
      expect(executable).toEqual(["run.sh"]);
      expect(report).toMatchObject({ files: 5, bytes: 700_011, commitId: COMMIT, skipped: [] });
    }
  });

  it("may have its names in any form that tar knows", async () => {
    const exact = `${ROOT}/${"n".repeat(100 - ROOT.length - 1)}`;
    const long = `${"folder/".repeat(30)}file`;
    const { tree } = await read(
      archive(
        ROOT,
        entry({ name: exact, body: "1" }),
        entry({ name: "file", prefix: `${ROOT}/prefixed`, body: "2" }),
        gnuLongName(`${ROOT}/gnu/${long}`),
        entry({ name: `${ROOT}/gnu/cut`, body: "3", magic: "ustar  " }),
        pax({ path: `${ROOT}/pax/${long}` }),
        entry({ name: `${ROOT}/pax/cut`, body: "4" }),
        entry({ name: `${ROOT}/v7`, body: "5", type: "\0", magic: "" }),
        // GNU has times where ustar has the beginning of a name.
        entry({ name: `${ROOT}/times`, body: "6", prefix: "14702137341", magic: "ustar  " }),
        gnuLongLink(long),
        link("gnu-link", "cut", { magic: "ustar  " }),
        pax({ linkpath: long }),
        link("pax-link", "cut"),
      ),
    );
    expect(tree).toEqual({
      [exact.slice(ROOT.length + 1)]: "1",
      "prefixed/file": "2",
      [`gnu/${long}`]: "3",
      [`pax/${long}`]: "4",
      v7: "5",
      times: "6",
      "gnu-link": `->${long}`,
      "pax-link": `->${long}`,
    });
  });

  it("keeps only whether a file may be run of its mode", async () => {
    const { executable } = await read(
      archive(ROOT, file("setuid", "x", { mode: 0o4755 }), file("sticky", "x", { mode: 0o1644 })),
    );
    expect(executable).toEqual(["setuid"]);
  });

  it("may end with zeros, in the tar and behind the gzip", async () => {
    const packed = gzipSync(Buffer.concat([file("a"), END, Buffer.alloc(8_192)]));
    expect((await read(Buffer.concat([packed, Buffer.alloc(600)]), { pieceBytes: 100 })).tree).toEqual({ a: "x" });
  });

  it("takes the size of an extended header, and stays in step", async () => {
    const { tree } = await read(
      archive(ROOT, pax({ size: "600" }), file("a", "y".repeat(600), { size: 0 }), file("b", "second")),
    );
    expect(tree).toEqual({ a: "y".repeat(600), b: "second" });
  });

  it("does not take an extended header's size for the long name after it", async () => {
    const name = `${ROOT}/${"n".repeat(120)}`;
    const { tree } = await read(
      archive(
        ROOT,
        pax({ size: "3" }),
        gnuLongName(name),
        file("cut", "abc", { size: 0, magic: "ustar  " }),
        file("b"),
      ),
    );
    expect(tree).toEqual({ ["n".repeat(120)]: "abc", b: "x" });
  });

  it("may have two extended headers before an entry: the last one counts", async () => {
    const { tree } = await read(
      archive(ROOT, pax({ path: `${ROOT}/first` }), pax({ path: `${ROOT}/second` }), file("cut", "1")),
    );
    expect(tree).toEqual({ second: "1" });
  });

  it("never has a global header's path applied", async () => {
    const { tree } = await read(
      archive(ROOT, pax({ path: `${ROOT}/everywhere`, size: "9" }, "g"), file("a"), pax({ mtime: "1" }), file("b")),
    );
    expect(tree).toEqual({ a: "x", b: "x" });
  });
});

describe("what is no file is told", () => {
  it("as an LFS pointer, which is kept", async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 9\n`;
    const { report, tree } = await read(archive(ROOT, file("model.bin", pointer)));
    expect(tree["model.bin"]).toBe(pointer);
    expect(report.skipped).toEqual([{ path: "model.bin", reason: "lfs_pointer" }]);
  });

  it("as a submodule, for a folder with nothing in it", async () => {
    const folder = (name: string) => entry({ name: `${ROOT}/${name}/`, type: "5" });
    const { report } = await read(
      archive(ROOT, folder("lib"), folder("lib/sub"), folder("src"), file("src/a"), folder("odd"), file("odd/.git/x")),
    );
    expect(report.skipped).toEqual([
      { path: "odd/.git/x", reason: "git_folder" },
      { path: "lib/sub", reason: "submodule" },
    ]);
  });

  it("a thousand times at most, and counted beyond", async () => {
    const entries = Array.from({ length: 1_100 }, (_, n) => link(`l${n}`, "/x"));
    const { report } = await read(archive(ROOT, file("a"), ...entries));
    expect(report.skipped).toHaveLength(1_000);
    expect(report.skippedCount).toBe(1_100);
  });
});

describe("a folder of the repository", () => {
  const packed = archive(
    ROOT,
    file("README"),
    file("apps/web/index.html", "page"),
    link("apps/web/out", "../../README"),
    link("apps/web/in", "index.html"),
    file("apps/website", "other"),
  );

  it("is read as if it were the whole", async () => {
    const { report, tree } = await read(packed, { folder: "apps/web" });
    expect(tree).toEqual({ "index.html": "page", in: "->index.html" });
    expect(report).toMatchObject({ files: 1, skipped: [{ path: "out", reason: "link_out_of_tree" }] });
  });

  it("that is not there says so", async () => {
    await refuses(read(packed, { folder: "apps/api" }), "folder_not_found");
  });

  it("that is a file says so", async () => {
    await refuses(read(packed, { folder: "apps/website" }), "folder_not_found");
  });
});
