import http from "node:http";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readApp } from "../src/model/read-app";
import { type GeneratedRequest, requestsTo } from "./support/requests";
import { type RunningApp, runApp } from "./support/running-app";

const ECHO = fileURLToPath(new URL("apps/echo", import.meta.url));
const RUNS = Number(process.env.GENERATED_REQUESTS ?? 3_000);
/** Long after any honest answer. */
const HANG_MS = 10_000;

interface Answer {
  status: number;
  type: string;
  text: string;
}

function send(url: string, { method, target, headers, body }: GeneratedRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    // Node gives a DELETE's body no length by itself.
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const options = {
      hostname,
      port,
      method,
      path: target,
      headers: { ...headers, ...length },
      signal: AbortSignal.timeout(HANG_MS),
    };
    const request = http.request(options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers["content-type"] ?? "", text }),
      );
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

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
        const { status, type, text } = await send(app.url, request);
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
