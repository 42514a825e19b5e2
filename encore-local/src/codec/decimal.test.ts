import { expect, it } from "vitest";
import { Decimal, decimalFault } from "./decimal";

it("calculates without rounding", () => {
  expect(new Decimal("0.1").add(new Decimal("0.2")).toString()).toBe("0.3");
  expect(new Decimal("1").div(new Decimal("8")).sub(new Decimal("-1.5e1")).toString()).toBe("15.125");
  expect(new Decimal("-0.004").mul(new Decimal("0.5")).toString()).toBe("-0.002");
});

it("shows ten digits of a fraction that never ends", () => {
  expect(new Decimal("2").div(new Decimal("3")).toString()).toBe("0.6666666667");
});

it("refuses what is no number and what would take forever", () => {
  expect(decimalFault("1.2.3")).toBe("Failed to parse decimal from string: 1.2.3");
  expect(decimalFault("1e1000000")).toBe("decimal exponent out of range: 1000000");
  expect(() => new Decimal("abc")).toThrow("Invalid decimal format");
  expect(() => new Decimal("1").div(new Decimal("0"))).toThrow(RangeError);
});
