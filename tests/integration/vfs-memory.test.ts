import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { startMongoDB } from "../support/mongodb";
import { startVaporform, type Vaporform } from "../support/vaporform";

const MIB = 1024 * 1024;
/** 1024 for the size that is promised. */
const LARGE_MIB = Number(process.env.LARGE_FILE_MIB ?? 160);
const TIMEOUT_MS = 60_000 + 300 * LARGE_MIB;
/** What the collector of garbage may leave lying about. */
const SLACK_MIB = 70;

const authorization = "Bearer dev:memory";

async function* zeros(mib: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < mib; i++) yield Buffer.alloc(MIB, i % 256);
}

async function upload(url: string, mib: number): Promise<void> {
  const answer = await fetch(url, {
    method: "PUT",
    headers: { authorization },
    body: Readable.toWeb(Readable.from(zeros(mib))) as ReadableStream,
    duplex: "half",
  });
  expect(answer.status).toBe(201);
  await answer.arrayBuffer();
}

async function hashOf(source: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of source) hash.update(piece);
  return hash.digest("hex");
}

/** The largest memory that the app's process has had, in MiB. */
async function peakOf(server: Vaporform): Promise<number> {
  const peaks: number[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const [status, command] = await Promise.all(
      ["status", "cmdline"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
    );
    if (!status?.includes(`PPid:\t${server.pid}\n`) || !command?.includes("main.mjs")) continue;
    peaks.push(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024);
  }
  const [largest] = peaks;
  if (largest === undefined) throw new Error("the app's process was not found");
  return largest;
}

async function withServer(store: string, work: (server: Vaporform) => Promise<void>): Promise<void> {
  const mongo = store === "gridfs" ? await startMongoDB() : undefined;
  const server = await startVaporform({ secrets: mongo === undefined ? {} : { MongoDBURI: mongo.uri } });
  try {
    await work(server);
  } finally {
    await server.stop();
    await mongo?.close();
  }
}

describe.runIf(process.platform === "linux")("a large file", () => {
  it.each(["postgres", "gridfs"])(
    "takes no more memory than a small one, in and out of %s",
    async (store) => {
      await withServer(store, async (server) => {
        const created = await fetch(`${server.url}/projects`, {
          method: "POST",
          headers: { authorization },
          body: JSON.stringify({ name: "large" }),
        });
        const { id } = (await created.json()) as { id: string };
        const url = (name: string) => `${server.url}/vfs/files/${id}/${name}`;
        const read = async (name: string) => {
          const answer = await fetch(url(name), { headers: { authorization } });
          return await hashOf(answer.body as unknown as AsyncIterable<Uint8Array>);
        };
        await upload(url("small"), 10);
        await read("small");
        const before = await peakOf(server);
        await upload(url("large"), LARGE_MIB);
        expect(await read("large")).toBe(await hashOf(zeros(LARGE_MIB)));
        expect(await peakOf(server)).toBeLessThan(before + SLACK_MIB);
      });
    },
    TIMEOUT_MS,
  );
});
