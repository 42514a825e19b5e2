import { expect, it } from "vitest";
import { parseQuery } from "./query-string";
import { parseTarget } from "./request-target";

it("refuses a malformed escape in the path", () => {
  expect(parseTarget("/a%zz")).toBeNull();
  expect(parseTarget("/abc%")).toBeNull();
});

it("escapes what does not belong in a path", () => {
  expect(parseTarget("/a|b/é?x=1")?.path).toBe("/a%7Cb/%C3%A9");
  expect(parseTarget("/a%20b+c")?.path).toBe("/a%20b+c");
});

it("drops query parameters that cannot be read, and then sorts the rest", () => {
  expect(parseTarget("/?b=2&a=%zz&c=1;d=2&a=1")?.query).toBe("a=1&b=2");
  expect(parseTarget("/?b=2&a=1")?.query).toBe("b=2&a=1");
});

it("reads pairs as forms encode them", () => {
  expect(parseQuery("a+b=c%20d&&e&f=1=2&%C3%A9=%ff")).toEqual([
    ["a b", "c d"],
    ["e", ""],
    ["f", "1=2"],
    ["é", "\ufffd"],
  ]);
});
