import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { isNotModified, requestedRange, writePrecondition } from "./http";

const request = (headers: Record<string, string>) => ({ headers }) as unknown as IncomingMessage;

describe("the range of a request", () => {
  it.each([
    ["bytes=0-3", { start: 0, end: 4 }],
    ["bytes=2-", { start: 2, end: 10 }],
    ["bytes=-3", { start: 7, end: 10 }],
    ["bytes=-99", { start: 0, end: 10 }],
    ["bytes=8-99", { start: 8, end: 10 }],
    ["bytes=0-1,3-4", undefined],
    ["items=0-1", undefined],
    ["bytes=-", undefined],
  ])("%s of ten bytes is %j", (range, expected) => {
    expect(requestedRange(request({ range }), { size: 10, hash: "h" })).toEqual(expected);
  });

  it.each(["bytes=10-", "bytes=5-2", "bytes=-0"])("%s of ten bytes cannot be satisfied", (range) => {
    const ask = () => requestedRange(request({ range }), { size: 10, hash: "h" });
    expect(ask).toThrow(expect.objectContaining({ reason: "range_not_satisfiable" }));
  });

  it("counts only for the file that If-Range names", () => {
    const headers = { range: "bytes=0-3", "if-range": '"other"' };
    expect(requestedRange(request(headers), { size: 10, hash: "h" })).toBeUndefined();
  });
});

describe("conditions", () => {
  it("are read from the headers of a write", () => {
    expect(writePrecondition(request({ "if-match": '"a", W/"b"' }))).toEqual({ ifMatch: ["a", "b"] });
    expect(writePrecondition(request({ "if-none-match": "*" }))).toEqual({ ifNoneMatch: "*" });
    expect(writePrecondition(request({}))).toBeUndefined();
  });

  it("that a write cannot mean are refused", () => {
    expect(() => writePrecondition(request({ "if-none-match": '"a"' }))).toThrow("must be '*'");
  });

  it("tell a reader that has the file already", () => {
    expect(isNotModified(request({ "if-none-match": '"a", "b"' }), "b")).toBe(true);
    expect(isNotModified(request({ "if-none-match": '"a"' }), "b")).toBe(false);
    expect(isNotModified(request({}), "b")).toBe(false);
  });
});
