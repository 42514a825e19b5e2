import { expect, it } from "vitest";
import { encodeParameter } from "./encode";
import type { SqlType } from "./types";

const scalar = (name: string): SqlType => ({ kind: "scalar", name });

function sent(value: unknown, type: SqlType): unknown {
  try {
    const encoded = encodeParameter(value, type, 0);
    return Buffer.isBuffer(encoded) ? encoded.toString("hex") : encoded;
  } catch (error) {
    return error instanceof Error ? error.message.replace("error serializing parameter 0: ", "") : error;
  }
}

it.each([
  ["int2", 70_000, "out of range integral type conversion attempted"],
  ["int4", 3_000_000_000, "out of range integral type conversion attempted"],
  ["int4", 5_000_000_000, "number 5000000000 is not an i32"],
  ["int4", 1.5, "number 1.5 is not an i32"],
  ["int8", 5_000_000_000, "5000000000"],
  ["oid", -1, "out of range integral type conversion attempted"],
  ["oid", 4_294_967_295, "4294967295"],
  ["int2", 70_000n, "Cannot convert decimal to INT2"],
  ["int8", 12n, "12"],
  ["text", 41, "41"],
  ["text", 5_000_000_000, "5000000000.0"],
  ["bool", 1, "0000000000000001"],
  ["timestamp", 1.5, "3ff8000000000000"],
  ["int4", true, "bool not supported for column of type int4"],
  ["int4", { a: 1 }, "object not supported for column of type int4"],
  ["interval", "1 day", expect.stringContaining("the Postgres type `interval`")],
])("sends a number, a boolean or an object to a column of %s: %s", (type, value, expected) => {
  expect(sent(value, scalar(type))).toEqual(expected);
});

it.each([
  ["int4", "7", "string not supported for column of type int4"],
  ["uuid", "not-a-uuid", "unable to parse uuid"],
  ["numeric", "1.50", "1.50"],
  ["numeric", "abc", "Failed to parse decimal from string: abc"],
  ["timestamptz", "2026-05-06", "premature end of input"],
  ["timestamptz", "2026-13-06T07:08:09Z", "input is out of range"],
  ["timestamp", "2026-05-06T07:08:09.5", "2026-05-06T07:08:09.5"],
  ["timestamp", "2026-05-06 07:08:09", "input contains invalid characters"],
  ["timestamp", "2026-05-06T07:08:09Z", "trailing input"],
  ["date", "2026-5-6", "2026-5-6"],
  ["date", "2026-02-30", "input is out of range"],
  ["date", "2026-02", "premature end of input"],
  ["time", "07:08:09", "07:08:09"],
  ["time", "07:08:09.5", "trailing input"],
  ["inet", "10.0.0.1/8", "10.0.0.1/8"],
  ["inet", "10.0.0", "unable to parse inet"],
  ["cidr", "10.0.0.0/8", "10.0.0.0/8"],
  ["cidr", "10.0.0.1/8", "unable to parse cidr"],
  ["cidr", "2001:db8::/32", "2001:db8::/32"],
  ["cidr", "2001:db8::1/32", "unable to parse cidr"],
  ["vector", "[1,2.5]", "[1,2.5]"],
  ["vector", "1,2", "unable to parse vector"],
])("reads a text for a column of %s by the column's type: %s", (type, value, expected) => {
  expect(sent(value, scalar(type))).toBe(expected);
});

it("writes JSON as a body's: dates without empty fractions, big integers as texts, null as a value", () => {
  const value = { at: new Date("2026-01-02T03:04:05Z"), big: 9007199254740993n, none: undefined };
  expect(sent(value, scalar("jsonb"))).toBe('{"at":"2026-01-02T03:04:05Z","big":"9007199254740993"}');
  expect(sent(null, scalar("jsonb"))).toBe("null");
  expect(sent("text", scalar("json"))).toBe('"text"');
});

it("sends bytes as they are, whatever view of memory holds them", () => {
  expect(sent(new Uint8Array([1, 255]), scalar("bytea"))).toBe("01ff");
  expect(sent(new DataView(new Uint8Array([7]).buffer), scalar("bytea"))).toBe("07");
});

it("writes arrays element by element, and arrays of numbers for a vector", () => {
  const texts: SqlType = { kind: "array", name: "_text", element: scalar("text") };
  expect(sent(["a", 'q"uote', null, "back\\slash"], texts)).toBe('{"a","q\\"uote",NULL,"back\\\\slash"}');
  expect(sent([1, 2.5], scalar("vector"))).toBe("[1,2.5]");
  expect(sent(["a"], scalar("vector"))).toBe("vector element must be a number");
});
