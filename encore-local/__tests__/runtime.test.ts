import { once } from "node:events";
import http from "node:http";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { type RunningApp, runApp } from "./support/running-app";

const PROBE = fileURLToPath(new URL("apps/probe", import.meta.url));
const MEBIBYTE = 1024 * 1024;

async function getJson(app: RunningApp, path: string): Promise<unknown> {
  return (await fetch(`${app.url}${path}`)).json();
}

describe("a running app", () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await runApp(PROBE);
  });
  afterAll(async () => {
    expect(await app.stop()).toBe(0);
  });

  it("opens streams from service to service, with values as they were sent", async () => {
    expect(await getJson(app, "/relay/numbers?count=3")).toEqual({ numbers: [0, 1, 2], dates: true });
    expect(await getJson(app, "/relay/total")).toEqual({ total: 6 });
  });

  it("keeps each handler's own request as the current one across calls", async () => {
    expect(await getJson(app, "/relay/request")).toEqual({
      before: "keepsItsRequest",
      inside: "nameOfCaller",
      after: "keepsItsRequest",
    });
  });

  it("tells in the log when a request begins and ends, and that an error status of a raw endpoint is a failure", async () => {
    const before = app.output().length;
    await getJson(app, "/name");
    await fetch(`${app.url}/refuse`);
    await vi.waitFor(() => expect(app.output()).toContain("request completed code=not_found"));
    const lines = app
      .output()
      .slice(before)
      .split("\n")
      .map((line) => line.replace(/^\d+:\d\d[AP]M /, "").replace(/ (duration|span_id|trace_id)=[^ ]+/g, ""));
    expect(lines.filter((line) => line.includes("nameOfCaller"))).toEqual([
      "INF starting request endpoint=nameOfCaller service=probe",
      "INF request completed code=ok endpoint=nameOfCaller service=probe",
    ]);
    expect(lines.filter((line) => line.includes("refuse"))).toEqual([
      "INF starting request endpoint=refuse service=probe",
      'ERR request failed error="Not Found" code=not_found endpoint=refuse service=probe',
      "INF request completed code=not_found endpoint=refuse service=probe",
    ]);
  });

  it("shows what the app counted in Prometheus' text form", async () => {
    for (let i = 0; i < 3; i++) await fetch(`${app.url}/measure`, { method: "POST" });
    const answer = await fetch(`${app.url}/__encore/metrics`);
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(await answer.text()).toBe(`# HELP measured How often it was measured.
# TYPE measured counter
measured{service="probe"} 3
# TYPE outcomes counter
outcomes{ok="true",service="probe",status_code="200"} 6
# TYPE level gauge
level{service="probe"} 0.25
# TYPE levels gauge
levels{service="probe",where="a \\"b\\"\\n"} -1
`);
  });

  it("passes a large raw body through without losing a byte", async () => {
    const body = Buffer.alloc(40 * MEBIBYTE, "y");
    const answer = await fetch(`${app.url}/upload`, { method: "POST", body });
    expect(await answer.text()).toBe(String(body.length));
  });

  it("holds a raw answer back while the client does not read, and tells the handler when the client is gone", async () => {
    const request = http.get(`${app.url}/download`);
    const [answer] = (await once(request, "response")) as [http.IncomingMessage];
    answer.pause();
    await vi.waitFor(async () => {
      const first = (await getJson(app, "/transfers")) as { produced: number };
      const second = (await getJson(app, "/transfers")) as { produced: number };
      expect(first.produced).toBeGreaterThan(0);
      expect(second.produced).toBe(first.produced);
      expect(second.produced).toBeLessThan(64 * MEBIBYTE);
    }, 10_000);
    request.destroy();
    await vi.waitFor(async () => expect(await getJson(app, "/transfers")).toMatchObject({ closed: 1 }), 10_000);
  });
});

it("finishes what runs, closes streams with a reason and refuses new requests when it is told to stop", async () => {
  const app = await runApp(PROBE);
  const socket = new WebSocket(`${app.url.replace("http", "ws")}/chatter`, "encore-ws");
  await once(socket, "open");
  const closing = once(socket, "close");
  const slow = fetch(`${app.url}/slow`);
  await vi.waitFor(() => expect(app.output()).toContain("slow has begun"), 10_000);
  const stopped = app.stop();
  const [code, reason] = (await closing) as [number, Buffer];
  expect([code, String(reason)]).toEqual([1001, "server is shutting down"]);
  await expect(fetch(`${app.url}/transfers`)).rejects.toThrow();
  expect(await (await slow).json()).toEqual({ done: true });
  expect(await stopped).toBe(0);
});
