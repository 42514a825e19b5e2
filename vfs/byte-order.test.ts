import fc from "fast-check";
import { expect, it } from "vitest";
import { byBytes } from "./byte-order";

it("orders texts as their UTF-8 bytes are ordered", () => {
  const unit = fc.constantFrom(
    "a",
    "b",
    "/",
    "\u007f",
    "\u0080",
    "\ud7ff",
    "\ue000",
    "\uffff",
    "\u{10000}",
    "\u{10ffff}",
  );
  const text = fc.string({ unit, maxLength: 4 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(byBytes(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 2_000 },
  );
});
