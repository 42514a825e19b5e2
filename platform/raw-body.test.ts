import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { sendBody } from "./raw-body";

const HEAD = { status: 200, headers: { "content-type": "text/plain" } };

let close: () => Promise<void>;

afterEach(() => close());

/** The answer that carries the body, and in the end the error that `sendBody` threw. */
async function answered(body: AsyncIterable<Uint8Array>) {
  let thrown: Promise<unknown> = Promise.resolve();
  const server = createServer((_req, res) => {
    thrown = sendBody(res, HEAD, body).catch((error: unknown) => fail(res, error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  close = () => new Promise((resolve) => server.close(() => resolve()));
  const { port } = server.address() as AddressInfo;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ port, host: "127.0.0.1", agent: false }, resolve).on("error", reject).end();
  });
  return { answer, thrown: () => thrown };
}

/** What the runtime does with an error of a handler. */
function fail(res: ServerResponse, error: unknown): unknown {
  if (res.headersSent) res.destroy();
  else res.writeHead(500).end("failed");
  return error;
}

async function* pieces(texts: string[], end?: Error): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
  if (end !== undefined) throw end;
}

describe("a body that is sent as it comes", () => {
  it.each([[["ab", "c"]], [[]]])("arrives whole: %j", async (texts: string[]) => {
    const { answer, thrown } = await answered(pieces(texts));
    expect([answer.statusCode, (await buffer(answer)).toString()]).toEqual([200, texts.join("")]);
    expect(await thrown()).toBeUndefined();
  });

  it("leaves the head to the error when it fails before its first piece", async () => {
    const failure = new Error("nothing there");
    const { answer, thrown } = await answered(pieces([], failure));
    expect([answer.statusCode, (await buffer(answer)).toString()]).toEqual([500, "failed"]);
    expect(await thrown()).toBe(failure);
  });

  it("is cut off, and never looks whole, when it fails later", async () => {
    const failure = new Error("broken in the middle");
    const { answer, thrown } = await answered(pieces(["begun"], failure));
    await expect(buffer(answer)).rejects.toThrow("aborted");
    expect(await thrown()).toBe(failure);
  });

  it("waits for each piece to have gone, though Encore's response never asks it to", async () => {
    let made = 0;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for (; made < 5; made++) yield Buffer.from([made]);
    }
    const gone: (() => void)[] = [];
    const response = Object.assign(new Writable({ write: (_piece, _encoding, done) => gone.push(done) }), {
      writeHead: () => undefined,
    });
    const sent = sendBody(response as unknown as ServerResponse, HEAD, counted());
    for (let piece = 0; piece < 5; piece++) {
      await expect.poll(() => gone.length).toBe(piece + 1);
      expect(made).toBe(piece);
      gone[piece]?.();
    }
    await sent;
    expect(made).toBe(5);
  });
});
