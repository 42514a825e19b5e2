import { describe, expect, it } from "vitest";
import type { Activity, DeliveryAttempt, PublishedMessage, ServedRequest } from "../runtime/activity";
import { Journal } from "./journal";

const request = (id: number, more: Partial<ServedRequest> = {}): ServedRequest => {
  return { kind: "request", id, at: id, method: "GET", path: "/", status: 200, caller: { kind: "http" }, ...more };
};
const published = (id: string): PublishedMessage => {
  return { kind: "published", at: 0, topic: "orders", id, body: "{}", attributes: {} };
};
const attempt = (id: string, number: number): DeliveryAttempt => {
  return {
    kind: "delivery",
    at: 0,
    ms: 1,
    topic: "orders",
    subscription: "pack",
    id,
    attempt: number,
    outcome: "failed",
  };
};
const report = (entries: Activity[], omitted = 0) => ({ entries, omitted });

describe("the journal", () => {
  it("keeps the latest requests and messages, and counts those that were not told of", () => {
    const journal = new Journal();
    for (let i = 1; i <= 1_000; i++) journal.add(report([request(i), published(`m${i}`)], 2), 1);
    const { requests, messages, omitted } = journal.entries();
    expect(requests.map(({ at }) => at)).toEqual(Array.from({ length: 500 }, (_, i) => 501 + i));
    expect(messages).toHaveLength(200);
    expect(messages.at(-1)?.id).toBe("m1000");
    expect(omitted).toBe(2_000);
  });

  it("keeps the latest attempts of a message that is tried again and again", () => {
    const journal = new Journal();
    journal.add(report([published("a")]), 1);
    for (let i = 1; i <= 200; i++) journal.add(report([attempt("a", i)]), 1);
    const numbers = journal.entries().messages[0]?.attempts.map((one) => one.attempt);
    expect(numbers).toEqual(Array.from({ length: 50 }, (_, i) => 151 + i));
  });

  it("puts the end of a stream in place of its beginning", () => {
    const journal = new Journal();
    journal.add(report([request(1, { status: 101 })]), 1);
    const changed = journal.add(report([request(1, { status: 101, ms: 5 })]), 1);
    expect(changed.requests).toEqual([expect.objectContaining({ id: "1.1", ms: 5 })]);
    expect(journal.entries().requests).toEqual(changed.requests);
  });

  it("does not take two processes' requests for one", () => {
    const journal = new Journal();
    journal.add(report([request(1)]), 1);
    journal.add(report([request(1)]), 2);
    expect(journal.entries().requests.map(({ id }) => id)).toEqual(["1.1", "2.1"]);
  });

  it("passes over attempts for messages that it no longer keeps", () => {
    const journal = new Journal();
    expect(journal.add(report([attempt("gone", 1)]), 1).messages).toEqual([]);
  });
});
