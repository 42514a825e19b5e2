import { expect, it } from "vitest";
import { bodyText } from "./body-text";
import { DecodeFailure } from "./decode-failure";
import { floatText, quoted } from "./display";
import { anyValue } from "./generic-value";
import { type JsonConsumer, JsonReader } from "./json-reader";
import { NumberVisitor, StringVisitor } from "./scalar-visitors";

function fault(text: string, how: JsonConsumer | "skip" = anyValue): string {
  const reader = new JsonReader(text);
  try {
    if (how === "skip") reader.skip();
    else reader.read(how);
    reader.end();
  } catch (thrown) {
    if (thrown instanceof DecodeFailure) return `${thrown.message} at ${reader.locationOf(thrown)}`;
    throw thrown;
  }
  return "none";
}

// What Encore's own runtime said to the same texts.
it.each([
  ["", "EOF while parsing a value at line 1 column 0"],
  ["+", "expected value at line 1 column 1"],
  ["{a}", "key must be a string at line 1 column 2"],
  ['{"a" 1}', "expected `:` at line 1 column 6"],
  ['{"a":{"b" 1}}', "a: expected `:` at line 1 column 11"],
  ['{"a":{1}}', "a.?: key must be a string at line 1 column 7"],
  ['{"a":[{"b":1,}]}', "a[0].?: trailing comma at line 1 column 14"],
  ["tE+6", "expected ident at line 1 column 2"],
  ["[1,]", "trailing comma at line 1 column 4"],
  ["[1", "EOF while parsing a list at line 1 column 2"],
  ["01", "invalid number at line 1 column 2"],
  ["2026-01-01", "trailing characters at line 1 column 5"],
  ['{"é":tru}', "é: expected ident at line 1 column 10"],
  ['\n{"a":\n]', "a: expected value at line 3 column 1"],
  ['"\\ud800"', "unexpected end of hex escape at line 1 column 8"],
  ['"\\udc00"', "lone leading surrogate in hex escape at line 1 column 7"],
  ['"\\x"', "invalid escape at line 1 column 3"],
  ['"a\nb"', "control character (\\u0000-\\u001F) found while parsing a string at line 2 column 0"],
  ["1e400", "number out of range at line 1 column 5"],
])("finds the fault of %j as Encore does", (text, message) => {
  expect(fault(text)).toBe(message);
});

it.each([
  [`${"[".repeat(300)}1${"]".repeat(300)}`, "none"],
  ['"\\udc00"', "none"],
  [" -1.5e+9999 ", "none"],
  ["tru", "EOF while parsing a value at line 1 column 3"],
  ["[1,]", "expected value at line 1 column 4"],
  ['{"a":1,}', "key must be a string at line 1 column 8"],
  ['{"a" 1}', "expected `:` at line 1 column 6"],
  ["[[1 2]]", "expected `,` or `]` at line 1 column 5"],
  ["-", "invalid number at line 1 column 1"],
  ["01", "invalid number at line 1 column 2"],
  ['["\\q"]', "invalid escape at line 1 column 4"],
  ['{"a"', "EOF while parsing an object at line 1 column 4"],
])("passes over %s as Encore does", (text, message) => {
  expect(fault(text, "skip")).toBe(message);
});

it.each([
  ["[1]", "invalid type: sequence, expected a string at line 1 column 1"],
  ["[]", "invalid type: sequence, expected a string at line 1 column 2"],
  ["-0", "invalid type: floating point `-0.0`, expected a string at line 1 column 2"],
  ["2.5e297", "invalid type: floating point `2.5e+297`, expected a string at line 1 column 7"],
])("says where a value of another type stands: %s", (text, message) => {
  expect(fault(text, new StringVisitor())).toBe(message);
});

it("names broken UTF-8 at the end of the string that holds it", () => {
  const body = Buffer.concat([Buffer.from('{"a":"x'), Buffer.from([0xff]), Buffer.from('y"}')]);
  expect(fault(bodyText(body))).toBe("a: invalid unicode code point at line 1 column 10");
  expect(fault(bodyText(Buffer.from([0x7b, 0xc3])))).toBe("key must be a string at line 1 column 2");
});

it.each([
  ["-1.2267410068082667e-142", -1.2267410068082669e-142],
  ["3.4417849500326774e259", 3.441784950032678e259],
  ["1.5", 1.5],
  ["0.1", 0.1],
  ["6e-323", 6e-323],
  ["18446744073709551616", 18446744073709552000],
  ["123456789012345678901234567890.5", 1.2345678901234568e29],
  ["0e999999999999", 0],
])("reads %s to the double that Encore reads", (text, value) => {
  expect(new JsonReader(text).read(new NumberVisitor(false))).toBe(value);
});

it.each([
  [1e15, "1000000000000000.0"],
  [1e16, "1e+16"],
  [0.00001, "0.00001"],
  [0.000001, "1e-6"],
  [0.5, "0.5"],
])("writes %d in messages as %s", (value, text) => {
  expect(floatText(value)).toBe(text);
});

it("quotes what does not show on its own", () => {
  expect(quoted('a"b\n\u00a0\u200b')).toBe('"a\\"b\\n\\u{a0}\\u{200b}"');
  expect(quoted("e\u0301 é ☃ 😀")).toBe('"e\\u{301} é ☃ 😀"');
});
