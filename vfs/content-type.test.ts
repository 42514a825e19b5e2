import { describe, expect, it } from "vitest";
import { typeByContent, typeByName } from "./content-type";

describe("the media type of a file", () => {
  it.each([
    ["src/index.ts", "text/plain; charset=utf-8"],
    ["a/README.md", "text/markdown; charset=utf-8"],
    ["page.html", "text/html; charset=utf-8"],
    ["data.JSON", "application/json"],
    ["logo.svg", "image/svg+xml"],
    ["photo.png", "image/png"],
    ["LICENSE", undefined],
    ["a.bin", undefined],
    ["a.b/unknown", undefined],
  ])("is known by the name %s as %s", (path, type) => {
    expect(typeByName(path)).toBe(type);
  });

  it.each([
    ["text", Buffer.from("all: build\n"), "text/plain; charset=utf-8"],
    ["text that is cut off within a character", Buffer.from("é☃").subarray(0, 4), "text/plain; charset=utf-8"],
    ["nothing", Buffer.alloc(0), "text/plain; charset=utf-8"],
    ["a PNG image", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), "image/png"],
    ["a gzip stream", Buffer.from("1f8b0800000000000003", "hex"), "application/gzip"],
    ["bytes with NUL", Buffer.from("a\0b"), "application/octet-stream"],
    ["bytes that are no UTF-8", Buffer.from([0xc3, 0x28, 0xff, 0xfe, 0x41, 0x41, 0x41]), "application/octet-stream"],
  ])("is found in the content: %s", async (_, head, type) => {
    expect(await typeByContent(head)).toBe(type);
  });
});
