import { expect, it } from "vitest";
import type { Schema } from "../model/types";
import { ApiFailure } from "../runtime/api-error";
import { ResponseEncoder } from "./response-encoder";

const string: Schema = { kind: "string" };
const schema: Schema = {
  kind: "object",
  fields: [
    { name: "value", schema: { kind: "any" }, optional: true },
    { name: "tag", schema: string, optional: true, wire: { in: "header", name: "X-Tag" } },
    { name: "session", schema: string, optional: true, wire: { in: "cookie", name: "sid" } },
    { name: "status", schema: { kind: "number" }, optional: true, wire: { in: "status" } },
  ],
};
const encoder = new ResponseEncoder(schema, {});

function failure(payload: unknown): ApiFailure {
  try {
    encoder.encode({ payload });
  } catch (thrown) {
    if (thrown instanceof ApiFailure) return thrown;
  }
  throw new Error("it was encoded");
}

it("puts each field where it is declared to travel", () => {
  const { status, headers, body } = encoder.encode({
    payload: { value: 1, tag: "é", session: { value: "v", secure: true, sameSite: "None" }, status: 201, more: 2 },
    extraHeaders: { "X-More": ["a", "b"] },
  });
  expect({ status, body }).toEqual({ status: 201, body: '{"value":1}' });
  expect(Object.fromEntries(headers)).toEqual({
    "x-tag": Buffer.from("é").toString("latin1"),
    "set-cookie": ["sid=v; SameSite=None; Secure"],
    "content-type": "application/json",
    "x-more": ["a", "b"],
  });
});

it("writes dates, big integers and what lies below the top as they are", () => {
  const value = { when: new Date("2026-01-02T03:04:05Z"), big: 2n ** 60n, gone: undefined, zero: -0 };
  expect(encoder.encode({ payload: { value } }).body).toBe(
    '{"value":{"when":"2026-01-02T03:04:05Z","big":"1152921504606846976","zero":0}}',
  );
});

it("fails for what JSON cannot carry, even in a field that would not leave", () => {
  const loop: Record<string, unknown> = {};
  loop.loop = loop;
  expect(failure({ other: () => 1 }).internalMessage).toBe(
    "InvalidArg, JS functions cannot be represented as a serde_json::Value",
  );
  expect(failure({ value: Number.NaN }).code).toBe("internal");
  expect(failure({ value: loop }).internalMessage).toMatch(/maximum nesting depth of 128/);
});

it("refuses a status that HTTP does not have and a header that would break out", () => {
  expect(failure({ status: 600 }).message).toMatch(/must be a between 100 and 599, got: 600/);
  expect(failure({ tag: "a\r\nb: c" }).message).toBe("unable to convert string to header value");
});
