import { describe, expect, it } from "vitest";
import { ActivityRecorder, type ActivityReport } from "./activity";
import { redactHeader, redactJson, redactTexts } from "./redact";

const entry = () => ({ kind: "published", at: 0, topic: "t", id: "1", body: "{}", attributes: {} }) as const;

describe("what an app did", () => {
  it("is told of together, and what is too much is only counted", () => {
    const reports: ActivityReport[] = [];
    const recorder = new ActivityRecorder((report) => reports.push(report));
    let described = 0;
    for (let i = 0; i < 250; i++) {
      recorder.record(() => {
        described++;
        return entry();
      });
    }
    recorder.flush();
    recorder.flush();
    expect(reports).toHaveLength(1);
    expect(reports[0]?.entries).toHaveLength(100);
    expect(reports[0]?.omitted).toBe(150);
    expect(described).toBe(100);
  });

  it("hides secrets in messages by the names of their fields, however deep", () => {
    const body = { apiKey: "a", nested: [{ "Set-Cookie": "b", Password: { x: "c" } }], authorization: null, note: "d" };
    expect(JSON.parse(redactJson(JSON.stringify(body)))).toEqual({
      ...{ apiKey: "•••", nested: [{ "Set-Cookie": "•••", Password: "•••" }], authorization: null, note: "d" },
    });
    expect(redactTexts({ token: "a", region: "b" })).toEqual({ token: "•••", region: "b" });
  });

  it.each([
    ["Set-Cookie", "sid=abc=def; HttpOnly", "sid=•••; HttpOnly"],
    ["Proxy-Authorization", "Basic x", "•••"],
    ["Content-Type", "text/plain", "text/plain"],
  ])("hides the value of the header %s only where it is one", (name, value, shown) => {
    expect(redactHeader(name, value)).toBe(shown);
  });
});
