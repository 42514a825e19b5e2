import { describe, expect, it } from "vitest";
import { isNotModified, requestedPrecondition, requestedRange } from "./http";

const file = { size: 10, hash: "h" };

describe("the range of a request", () => {
  it.each([
    ["bytes=0-3", { start: 0, end: 4 }],
    ["Bytes=0-3", { start: 0, end: 4 }],
    ["bytes=2-", { start: 2, end: 10 }],
    ["bytes=-3", { start: 7, end: 10 }],
    ["bytes=-99", { start: 0, end: 10 }],
    ["bytes=8-99", { start: 8, end: 10 }],
    [`bytes=0-${"9".repeat(400)}`, { start: 0, end: 10 }],
    ["bytes=0-1,3-4", undefined],
    ["items=0-1", undefined],
    ["bytes=-", undefined],
    ["bytes=a-b", undefined],
    ["bytes 0-3", undefined],
  ])("%s of ten bytes is %j", (range, expected) => {
    expect(requestedRange({ headers: { range } }, file)).toEqual(expected);
  });

  it.each(["bytes=10-", "bytes=5-2", "bytes=-0", `bytes=${"9".repeat(400)}-`])(
    "%s of ten bytes cannot be satisfied",
    (range) => {
      const ask = () => requestedRange({ headers: { range } }, file);
      expect(ask).toThrow(expect.objectContaining({ reason: "range_not_satisfiable" }));
    },
  );

  it("of an empty file is the whole of it from the end, and nothing from the beginning", () => {
    const empty = { size: 0, hash: "h" };
    expect(requestedRange({ headers: { range: "bytes=-5" } }, empty)).toBeUndefined();
    expect(() => requestedRange({ headers: { range: "bytes=0-" } }, empty)).toThrow("0 bytes");
  });

  it.each(['"other"', 'W/"h"', "Tue, 24 Nov 2026 08:00:00 GMT"])("does not count with If-Range: %s", (ifRange) => {
    expect(requestedRange({ headers: { range: "bytes=0-3", "if-range": ifRange } }, file)).toBeUndefined();
  });

  it("counts with the file's own If-Range", () => {
    expect(requestedRange({ headers: { range: "bytes=0-3", "if-range": '"h"' } }, file)).toEqual({ start: 0, end: 4 });
  });
});

describe("conditions", () => {
  it.each([
    [{ "if-match": '"a", "b"' }, { ifMatch: ["a", "b"] }],
    [{ "if-match": '"a" ,"b",' }, { ifMatch: ["a", "b"] }],
    [{ "if-match": 'W/"a", "b"' }, { ifMatch: ["b"] }],
    [{ "if-match": 'W/"a"' }, { ifMatch: [] }],
    [{ "if-match": "*" }, { ifMatch: ["*"] }],
    [{ "if-none-match": " * " }, { ifNoneMatch: ["*"] }],
    [{ "if-none-match": 'W/"a", "b"' }, { ifNoneMatch: ["a", "b"] }],
    [
      { "if-match": '"a"', "if-none-match": '"b"' },
      { ifMatch: ["a"], ifNoneMatch: ["b"] },
    ],
    [{}, {}],
  ])("of the headers %j are %j", (headers, expected) => {
    expect(requestedPrecondition({ headers })).toEqual(expected);
  });

  it.each(["abc", '"a" "b"', '"a', "", "*, *"])("that cannot be read are refused: %s", (header) => {
    const read = () => requestedPrecondition({ headers: { "if-match": header } });
    expect(read).toThrow(expect.objectContaining({ reason: "invalid_request" }));
  });

  it("tell a reader that has the file already", () => {
    expect(isNotModified({ ifNoneMatch: ["a", "b"] }, "b")).toBe(true);
    expect(isNotModified({ ifNoneMatch: ["*"] }, "b")).toBe(true);
    expect(isNotModified({ ifNoneMatch: ["a"] }, "b")).toBe(false);
    expect(isNotModified({}, "b")).toBe(false);
  });
});
