import { expect, it } from "vitest";
import { newSpanId, newTraceId } from "./trace-id";

it("writes 16 bytes as 26 and 8 bytes as 13 characters of base 32, the last with the bits that are left", () => {
  const traces = Array.from({ length: 2000 }, newTraceId);
  const spans = Array.from({ length: 2000 }, newSpanId);
  // 128 bits leave 3 for the last character, 64 bits leave 4.
  for (const id of traces) expect(id).toMatch(/^[0-9a-v]{25}[048cgkos]$/);
  for (const id of spans) expect(id).toMatch(/^[0-9a-v]{12}[02468acegikmoqsu]$/);
  expect(new Set([...traces, ...spans]).size).toBe(4000);
});
