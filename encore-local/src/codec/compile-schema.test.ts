import { describe, expect, it } from "vitest";
import type { Declaration, Schema } from "../model/types";
import { SchemaCompiler } from "./compile-schema";
import { DecodeFailure } from "./decode-failure";
import { JsonReader } from "./json-reader";

const string: Schema = { kind: "string" };
const number: Schema = { kind: "number" };
const field = (name: string, schema: Schema, optional = false) => ({ name, schema, optional });

function decode(schema: Schema, json: string, declarations: Record<string, Declaration> = {}): unknown {
  const compiler = new SchemaCompiler({ declarations, decimal: (value) => ({ decimal: value }), fromQuery: false });
  try {
    return new JsonReader(json).read(compiler.compile(schema));
  } catch (thrown) {
    if (thrown instanceof DecodeFailure) return thrown.message;
    throw thrown;
  }
}

describe("decoding JSON by a schema", () => {
  const object: Schema = { kind: "object", fields: [field("b", number), field("a", string, true)] };

  it("gives declared fields in the order of their names and leaves out the rest", () => {
    expect(Object.entries(decode(object, '{"b":1,"x":[{}],"a":"t"}') as object)).toEqual([
      ["a", "t"],
      ["b", 1],
    ]);
  });

  it("names the place of a fault", () => {
    const nested: Schema = { kind: "object", fields: [field("list", { kind: "array", element: object })] };
    expect(decode(nested, '{"list":[{"b":1},{"b":"2"}]}')).toBe(
      'list[1].b: invalid type: string "2", expected a number',
    );
    expect(decode(nested, '{"list":[{}]}')).toBe("list[0]: missing field b");
    expect(decode(nested, '{"list":[{"b":1,"b":2}]}')).toBe("list[0]: duplicate field b");
  });

  it("reports the first fault in reading order, of syntax or of schema", () => {
    expect(decode(object, '{"a":1,}')).toBe("a: invalid type: integer `1`, expected a string");
    expect(decode(object, '{"b":1,}')).toBe("trailing comma");
    expect(decode(object, '{"b":01}')).toBe("b: invalid number");
  });

  it("keeps whole numbers exact up to 64 bits", () => {
    expect(decode(number, "9007199254740993")).toBe(9007199254740993n);
    expect(decode(number, "18446744073709551615")).toBe(18446744073709551615n);
    expect(decode(number, "18446744073709551616")).toBe(18446744073709552000);
  });

  it("tells a whole number from one that is written with a fraction", () => {
    expect(decode({ kind: "literal", value: 3 }, "3")).toBe(3);
    expect(decode({ kind: "literal", value: 3 }, "3.0")).toBe("invalid type: floating point `3.0`, expected 3");
  });

  it("tries a union's members in order and lists them when none fits", () => {
    const union: Schema = {
      kind: "union",
      types: [{ kind: "literal", value: "a" }, { kind: "date" }, { kind: "map", value: number }],
    };
    expect(decode(union, '"2026-01-02T03:04:05+01:00"')).toEqual(new Date("2026-01-02T02:04:05Z"));
    expect(decode(union, '{"x":1}')).toEqual({ x: 1 });
    expect(decode(union, "true")).toBe('invalid type: boolean `true`, expected "a", a datetime string, or a JSON map');
  });

  it("follows types that refer to themselves", () => {
    const location = { file: "", line: 1, column: 1 };
    const tree: Schema = { kind: "object", fields: [field("next", { kind: "ref", id: "tree" }, true)] };
    const declarations = { tree: { name: "Tree", schema: tree, location } };
    expect(decode({ kind: "ref", id: "tree" }, '{"next":{"next":{}}}', declarations)).toEqual({ next: { next: {} } });
    expect(decode({ kind: "ref", id: "tree" }, '{"next":{"next":1}}', declarations)).toBe(
      "next.next: invalid type: integer `1`, expected a JSON object",
    );
  });

  it("never lets a field reach the prototype", () => {
    const decoded = decode({ kind: "map", value: { kind: "any" } }, '{"__proto__":{"polluted":true}}') as object;
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    expect(Object.keys(decoded)).toEqual(["__proto__"]);
  });

  it("refuses nesting that would exhaust the stack", () => {
    expect(decode({ kind: "any" }, "[".repeat(100_000))).toMatch(/recursion limit exceeded$/);
  });
});

describe("decoding texts of a query string by a schema", () => {
  function decodeText(schema: Schema, text: string): unknown {
    const compiler = new SchemaCompiler({
      declarations: {},
      decimal: (value) => ({ decimal: value }),
      fromQuery: true,
    });
    try {
      return compiler.compile(schema).string(text);
    } catch (thrown) {
      if (thrown instanceof DecodeFailure) return thrown.message;
      throw thrown;
    }
  }
  const whole: Schema = { kind: "literal", value: 3 };
  const fraction: Schema = { kind: "literal", value: 1.5 };

  it.each([
    [whole, "3", 3],
    [whole, "+3", 3],
    [whole, "3.0", "expected 3, got 3.0"],
    [whole, "4", "invalid type: integer `4`, expected 3"],
    [whole, "99999999999999999999", "expected 3, got 99999999999999999999"],
    [fraction, "1.50", 1.5],
    [fraction, "2", "invalid type: floating point `2.0`, expected 1.5"],
    [fraction, "x", "expected 1.5, got x"],
  ])("takes a literal number only as a number of its kind: %j %s", (schema, text, expected) => {
    expect(decodeText(schema, text)).toBe(expected);
  });

  it.each([
    ["5", "value must be at least 18 (got 5)"],
    ["17.0", "value must be at least 18 (got 17.0)"],
    ["1e1", "value must be at least 18 (got 10.0)"],
    ["18.0", 18],
  ])("tells a number that breaks a rule as it was written: %s", (text, expected) => {
    const rule = { kind: "rule", rule: { name: "min", value: 18 } } as const;
    expect(decodeText({ kind: "number", validation: rule }, text)).toBe(expected);
  });
});

it("gives a text within a union's list to the first member that holds texts, as Encore does", () => {
  const list = (types: Schema[]): Schema => ({
    kind: "union",
    types: [{ kind: "array", element: { kind: "union", types } }, { kind: "null" }],
  });
  const time = '["2026-01-02T03:04:05Z"]';
  expect(decode(list([{ kind: "date" }, number]), time)).toEqual([new Date("2026-01-02T03:04:05Z")]);
  expect(decode(list([number, { kind: "date" }]), time)).toEqual(["2026-01-02T03:04:05Z"]);
});
