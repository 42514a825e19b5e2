import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readApp } from "../src/model/read-app";
import { requestsTo } from "./support/requests";
import { type RunningApp, runApp } from "./support/running-app";
import { send } from "./support/send-request";

const ECHO = fileURLToPath(new URL("apps/echo", import.meta.url));
const RUNS = Number(process.env.GENERATED_REQUESTS ?? 3_000);

describe("any request", () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await runApp(ECHO);
  });
  afterAll(async () => {
    expect(await app.stop()).toBe(0);
  });

  it("is answered, with no fault of the runtime's own", { timeout: 300_000 }, async () => {
    const { model, diagnostics } = readApp(ECHO);
    expect(diagnostics).toEqual([]);
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(requestsTo(model), async (request) => {
        const { status, headers, text } = await send(app.url, request);
        const type = headers["content-type"] ?? "";
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        expect(status).toBeGreaterThanOrEqual(200);
        expect(status).toBeLessThan(500);
        if (status >= 400 && type.includes("json") && request.method !== "HEAD") {
          expect(JSON.parse(text)).toMatchObject({ code: expect.any(String), message: expect.any(String) });
        }
      }),
      { numRuns: RUNS },
    );
    // The generator reaches both the handlers and the refusals.
    expect(statuses.get(200) ?? 0).toBeGreaterThan(RUNS / 20);
    expect(statuses.get(400) ?? 0).toBeGreaterThan(RUNS / 20);
  });
});
