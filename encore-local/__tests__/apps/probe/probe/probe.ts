import { currentRequest } from "encore.dev";
import { api } from "encore.dev/api";
import { Counter, CounterGroup, Gauge, GaugeGroup } from "encore.dev/metrics";

/** Raw transfers: how much passed at the slower side's pace. */
let produced = 0;
let closed = 0;

const CHUNK = Buffer.alloc(64 * 1024, "x");

export const download = api.raw(
  { expose: true, method: "GET", path: "/download", bodyLimit: null },
  async (req, res) => {
    req.once("close", () => closed++);
    res.writeHead(200, { "Content-Type": "application/octet-stream" });
    for (let i = 0; i < 2048 && closed === 0; i++) {
      await new Promise<void>((resolve) => res.write(CHUNK, () => resolve()));
      produced += CHUNK.length;
    }
    res.end();
  },
);

export const upload = api.raw({ expose: true, method: "POST", path: "/upload", bodyLimit: null }, async (req, res) => {
  let length = 0;
  for await (const chunk of req) length += (chunk as Buffer).length;
  res.end(String(length));
});

export const refuse = api.raw({ expose: true, method: "GET", path: "/refuse" }, async (_req, res) => {
  res.writeHead(404).end();
});

export const transfers = api(
  { expose: true, method: "GET", path: "/transfers" },
  async (): Promise<{ produced: number; closed: number }> => ({ produced, closed }),
);

export const slow = api({ expose: true, method: "GET", path: "/slow" }, async (): Promise<{ done: boolean }> => {
  console.log("slow has begun");
  await new Promise((resolve) => setTimeout(resolve, 500));
  return { done: true };
});

interface Numbers {
  count: number;
}

export const numbers = api.streamOut<Numbers, { n: number; at: Date }>(
  { path: "/numbers" },
  async ({ count }, stream) => {
    for (let n = 0; n < count; n++) await stream.send({ n, at: new Date(n) });
    await stream.close();
  },
);

export const total = api.streamIn<{ n: number }, { total: number }>({ path: "/total" }, async (stream) => {
  let sum = 0;
  for await (const { n } of stream) {
    if (n < 0) break;
    sum += n;
  }
  return { total: sum };
});

export const chatter = api.streamInOut<{ text: string }, { text: string }>(
  { expose: true, path: "/chatter" },
  async (stream) => {
    for await (const { text } of stream) await stream.send({ text });
  },
);

export const nothing = api({ method: "GET", path: "/nothing" }, async (): Promise<void> => {});

export const nameOfCaller = api(
  { expose: true, method: "GET", path: "/name" },
  async (): Promise<{ endpoint: string }> => {
    const request = currentRequest();
    return { endpoint: request?.type === "api-call" ? request.api.endpoint : "none" };
  },
);

/** How often it was measured. */
const measured = new Counter("measured");
const outcomes = new CounterGroup<{ statusCode: number; ok: boolean }>("outcomes");
const level = new Gauge("level");
const levels = new GaugeGroup<{ where: string }>("levels");

export const measure = api({ expose: true, method: "POST", path: "/measure" }, async (): Promise<void> => {
  measured.increment();
  outcomes.with({ statusCode: 200, ok: true }).increment(2);
  level.set(0.25);
  levels.with({ where: 'a "b"\n' }).set(-1);
});
