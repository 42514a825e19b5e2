import { expect, it } from "vitest";
import { parseTime, timeInJson, timeInText } from "./datetime";
import { DecodeFailure } from "./decode-failure";

function fault(text: string): string {
  try {
    return parseTime(text).toISOString();
  } catch (thrown) {
    if (thrown instanceof DecodeFailure) return thrown.message;
    throw thrown;
  }
}

it.each([
  ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z"],
  ["2026-01-02t03:04:05.123456-01:30", "2026-01-02T04:34:05.123Z"],
  ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
  ["2026-02-29T00:00:00Z", "invalid datetime: input is out of range"],
  ["2026-01-02T24:00:00Z", "invalid datetime: input is out of range"],
  ["2026-01-02T03:04:05", "invalid datetime: premature end of input"],
  ["2026/01/02T03:04:05Z", "invalid datetime: input contains invalid characters"],
  ["2026-01-02T03:04:05Z!", "invalid datetime: trailing input"],
])("reads %s as %s", (text, expected) => {
  expect(fault(text)).toBe(expected);
});

it("writes fractions only where there are any", () => {
  expect(timeInJson(new Date("2026-01-02T03:04:05.000Z"))).toBe("2026-01-02T03:04:05Z");
  expect(timeInText(new Date("2026-01-02T03:04:05.600Z"))).toBe("2026-01-02T03:04:05.600+00:00");
});
