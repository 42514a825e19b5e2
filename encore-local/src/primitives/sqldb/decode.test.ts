import { expect, it } from "vitest";
import { decoderFor } from "./decode";
import { Row } from "./rows";
import { TypeCatalogue } from "./types";

const decimal = (text: string): string => `Decimal(${text})`;
const read = (name: string, text: string): unknown => decoderFor({ kind: "scalar", name }, { decimal })?.(text);

it.each([
  ["int8", "9007199254740993", 9007199254740993n],
  ["float4", "1.1", 1.100000023841858],
  ["float8", "NaN", null],
  ["numeric", "1.50", "Decimal(1.5)"],
  ["numeric", "100", "Decimal(100)"],
  ["time", "03:04:05", "03:04:05"],
  ["time", "03:04:05.5", "03:04:05.500"],
  ["time", "03:04:05.1234", "03:04:05.123400"],
  ["date", "2026-01-02", "2026-01-02"],
  ["date", "10000-01-02", "+10000-01-02"],
  ["date", "0044-03-15 BC", "-0043-03-15"],
  ["cidr", "10.0.0.0/8", "10.0.0.0/8"],
  ["cidr", "10.0.0.1/32", "10.0.0.1"],
  ["cidr", "::1/128", "::1"],
  ["inet", "10.0.0.1/8", "10.0.0.1/8"],
  ["timestamp", "2026-01-02 03:04:05.678", new Date("2026-01-02T03:04:05.678Z")],
  ["timestamptz", "2026-01-02 03:04:05+05:30", new Date("2026-01-01T21:34:05Z")],
  ["vector", "[1,2.5]", [1, 2.5]],
])("reads %s %s", (type, text, expected) => {
  expect(read(type, text)).toEqual(expected);
});

it("keeps big integers in JSON exact and hands names over in order", () => {
  const value = read("jsonb", '{"b": 12345678901234567890, "a": [1, null]}');
  expect(value).toEqual({ a: [1, null], b: 12345678901234567890n });
  expect(Object.keys(value as object)).toEqual(["a", "b"]);
});

it("fails for the one value that cannot be read, and names its column", () => {
  const row = new Row({ columns: [{ name: "at", type: 1114 }], texts: ["infinity"] }, new TypeCatalogue(), { decimal });
  expect(() => row.values()).toThrow("unable to parse column at: Error {");
});
