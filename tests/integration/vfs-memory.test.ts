import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startVaporform, type Vaporform } from "../support/vaporform";

const MIB = 1024 * 1024;
/** 1024 for the size that is promised. */
const LARGE_MIB = Number(process.env.LARGE_FILE_MIB ?? 160);
/** What the collector of garbage may leave lying about. */
const SLACK_MIB = 70;

let server: Vaporform;

beforeAll(async () => {
  server = await startVaporform();
});

afterAll(() => server.stop());

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
async function peak(): Promise<number> {
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

it.runIf(process.platform === "linux")("a large file takes no more memory than a small one, in and out", async () => {
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
  const before = await peak();
  await upload(url("large"), LARGE_MIB);
  expect(await read("large")).toBe(await hashOf(zeros(LARGE_MIB)));
  expect(await peak()).toBeLessThan(before + SLACK_MIB);
});
