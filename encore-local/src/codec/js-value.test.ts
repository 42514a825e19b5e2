import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeJson, UnsupportedValue } from "./js-value";

/** What makes a whole value be written piece by piece, as against at once by JSON.stringify. */
const SPECIAL = new Date(0);

function piecewise(value: unknown): string {
  const text = encodeJson([value, SPECIAL]);
  return text.slice(1, text.lastIndexOf(","));
}

describe("encodeJson", () => {
  it("writes the same at once and piece by piece", () => {
    const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger());
    const leaf = fc.oneof(fc.string({ unit: "binary" }), number, fc.boolean(), fc.constant(null));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("value")), fc.dictionary(fc.string(), tie("value"))),
    }));
    fc.assert(
      fc.property(value, (each) => {
        expect(encodeJson(each)).toBe(piecewise(each));
      }),
    );
  });

  it.each([
    ["0", -0],
    ["4294967295", 2 ** 32 - 1],
    ["4294967296.0", 2 ** 32],
    ["-2147483649.0", -(2 ** 31) - 1],
    ["1e+16", 1e16],
    ["0.5", 0.5],
    ["0.00001", 0.00001],
    ["1e-6", 0.000001],
    ['"12"', 12n],
    ['"\\ud800"', "\ud800"],
    ['{"b":1}', { a: undefined, b: 1 }],
    ['{"own":2,"inherited":1}', Object.assign(Object.create({ inherited: 1 }), { own: 2 })],
    ['{"list":["1.50"]}', { list: [{ __encore_decimal: true, value: "1.50" }] }],
  ])("writes %s", (text, value) => {
    expect(encodeJson(value)).toBe(text);
    expect(encodeJson({ value })).toBe(`{"value":${text}}`);
  });

  it.each([
    ["nothing in a list", [undefined]],
    ["a function", { toJSON: () => "x" }],
    ["a symbol", Symbol("x")],
    ["what is no number", Number.NaN],
    ["an infinite number", { value: Number.POSITIVE_INFINITY }],
  ])("refuses %s", (_, value) => {
    expect(() => encodeJson(value)).toThrow(UnsupportedValue);
  });

  it.each([
    [128, true],
    [129, false],
  ])("takes a value that is nested %i deep: %s", (depth, fits) => {
    let value: unknown = 1;
    for (let i = 0; i < depth; i++) value = [value];
    const encoded = () => encodeJson(value);
    if (fits) expect(encoded()).toBe(`${"[".repeat(depth)}1${"]".repeat(depth)}`);
    else expect(encoded).toThrow("maximum nesting depth of 128");
  });
});
