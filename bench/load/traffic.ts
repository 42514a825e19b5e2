import { setTimeout as pause } from "node:timers/promises";
import { importUntil } from "./importer";
import { type Client, Recorder } from "./recorder";
import { workUntil } from "./user";

/** What a stretch of traffic came to; `traffic.ts URL REPOSITORY SECONDS USERS IMPORTERS` prints it as JSON. */
export interface LoadFigures {
  requests: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  errors: number;
  imports: number;
  /** The same by kind of request, the slowest first. */
  kinds: KindFigures[];
  /** What the first few errors were. */
  firstErrors: string[];
}

export interface KindFigures {
  /** Such as `GET /vfs/files/:id/*`. */
  kind: string;
  requests: number;
  p50Ms: number;
  p99Ms: number;
}

const RAMP_MS = 20;

const [url = "", repository = "", seconds = "", users = "", importers = ""] = process.argv.slice(2);
const recorder = new Recorder();
const clientOf = (name: string): Client => recorder.client({ url, token: `dev:${name}` });
const start = performance.now();
const end = start + Number(seconds) * 1000;
const everyone = Array.from({ length: Number(users) }, async (_, n) => {
  await pause(n * RAMP_MS);
  await workUntil(end, { client: clientOf(`load-${n}`), seed: n + 1 });
});
const imports = Array.from({ length: Number(importers) }, (_, n) =>
  importUntil(end, { client: clientOf(`importer-${n}`), repository }),
);
await Promise.all(everyone);
const counted = recorder.figures((performance.now() - start) / 1000);
const finished = (await Promise.all(imports)).reduce((sum, count) => sum + count, 0);
const figures: LoadFigures = { ...counted, imports: finished };
console.log(JSON.stringify(figures));
