import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { Channel } from "../primitives/stream/message-port";
import { ApiServer } from "./api-server";
import { CONNECTION_LIMITS, type ConnectionLimits } from "./connection-limits";
import { WebSockets } from "./web-sockets";

// Over real sockets, with times that are short. That a client is cut off who deserves it tells that the time has passed for one
// who does not.

const LIMITS: ConnectionLimits = {
  ...CONNECTION_LIMITS,
  headersMs: 300,
  keepAliveMs: 350,
  bodyWindowMs: 800,
  bodyBytesPerWindow: 2_000,
  stallMs: 400,
  pingMs: 200,
  socketWaitingBytes: 1024 ** 2,
};
const LARGE = Buffer.alloc(32 * 1024 ** 2);

let server: ApiServer;
let port: number;
let handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
let opened: Promise<Channel>;
const clients: { destroy(): unknown }[] = [];

beforeEach(async () => {
  handle = async (req, res) => {
    let bytes = 0;
    for await (const piece of req) bytes += (piece as Buffer).length;
    res.end(`${bytes} bytes`);
  };
  const sockets = new WebSockets(LIMITS);
  let open: (channel: Channel) => void;
  opened = new Promise((resolve) => {
    open = resolve;
  });
  server = new ApiServer({
    dispatcher: {
      // A client who is cut off ends what is done for him.
      request: async (req, res) => await handle(req, res).catch(() => undefined),
      upgrade: async (req, socket, head) => sockets.open(req, { socket, head }, open),
    },
    sockets,
    onFault: (error) => {
      throw error;
    },
    limits: LIMITS,
  });
  await server.listen({ host: "127.0.0.1", port: 0 });
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => {
  server.destroy();
  for (const client of clients.splice(0)) client.destroy();
});

/** A connection with all that came on it, once it is closed. */
async function connection(): Promise<{ socket: Socket; closed: Promise<string> }> {
  const socket = connect(port, "127.0.0.1");
  clients.push(socket);
  let text = "";
  socket.on("data", (piece) => {
    text += piece.toString();
  });
  socket.on("error", () => undefined);
  const closed = new Promise<string>((resolve) => socket.once("close", () => resolve(text)));
  await once(socket, "connect");
  return { socket, closed };
}

/** Sends something every few milliseconds until the connection is closed. */
async function trickle(socket: Socket, text: string): Promise<void> {
  while (!socket.destroyed && socket.writable) {
    socket.write(text);
    await pause(20);
  }
}

const POST = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n";

describe("a client is cut off", () => {
  it("who connects and says nothing", async () => {
    const { closed } = await connection();
    expect(await closed).toContain("408");
  });

  it("whose headers trickle", async () => {
    const { socket, closed } = await connection();
    socket.write("GET / HTTP/1.1\r\n");
    void trickle(socket, "x: y\r\n");
    expect(await closed).toContain("408");
  });

  it("whose body trickles", async () => {
    const { socket, closed } = await connection();
    socket.write(POST);
    void trickle(socket, "x");
    expect(await closed).toContain("408");
  });

  it("whose body trickles on after he was answered", async () => {
    handle = async (_req, res) => void res.writeHead(401).end();
    const { socket, closed } = await connection();
    socket.write(POST);
    void trickle(socket, "x");
    expect(await closed).toMatch(/^HTTP\/1.1 401/);
  });

  it("who does not take his answer", async () => {
    const cut = new Promise<void>((resolve) => {
      handle = async (_req, res) => {
        res.once("close", resolve);
        res.end(LARGE);
      };
    });
    const { socket } = await connection();
    socket.pause();
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await cut;
  });

  it("who keeps a connection for another request that does not come", async () => {
    const { socket, closed } = await connection();
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await closed).toContain("0 bytes");
  });
});

describe("a client is waited for", () => {
  it("whose body takes long and comes steadily", async () => {
    const { socket, closed } = await connection();
    const piece = "x".repeat(1_000);
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
    const from = performance.now();
    let bytes = 0;
    while (performance.now() - from < 3 * LIMITS.bodyWindowMs) {
      socket.write(`3e8\r\n${piece}\r\n`);
      bytes += piece.length;
      await pause(20);
    }
    socket.write("0\r\n\r\n");
    expect(await closed).toContain(`${bytes} bytes`);
  });

  it("whose body the app does not read yet", async () => {
    const slow = await connection();
    handle = async (req, res) => {
      if (req.headers.slow !== undefined) return void req.resume();
      await slow.closed;
      let bytes = 0;
      for await (const piece of req) bytes += (piece as Buffer).length;
      res.writeHead(200, { connection: "close" }).end(`${bytes} bytes`);
    };
    const { socket, closed } = await connection();
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n");
    socket.write(Buffer.alloc(3_000_000));
    slow.socket.write(POST.replace("Host", "Slow: 1\r\nHost"));
    void trickle(slow.socket, "x");
    expect(await closed).toContain("3000000 bytes");
  });

  it("while the app is at work and says nothing", async () => {
    let cut: () => void = () => undefined;
    const othersCut = new Promise<void>((resolve) => {
      cut = resolve;
    });
    handle = async (req, res) => {
      if (req.url === "/stalled") {
        res.once("close", () => cut());
        res.end(LARGE);
        return;
      }
      await othersCut;
      res.writeHead(200, { connection: "close" }).end("at last");
    };
    const patient = await connection();
    patient.socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const stalled = await connection();
    stalled.socket.pause();
    stalled.socket.write("GET /stalled HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await patient.closed).toContain("at last");
  });
});

describe("a WebSocket", () => {
  const open = async (options: { autoPong?: boolean } = {}): Promise<WebSocket> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, "encore-ws", options);
    clients.push({ destroy: () => socket.terminate() });
    socket.on("error", () => undefined);
    await once(socket, "open");
    return socket;
  };

  it("is cut off when nobody answers on it, and only then", async () => {
    const alive = await open();
    const dead = await open({ autoPong: false });
    await once(dead, "close");
    expect(alive.readyState).toBe(WebSocket.OPEN);
  });

  it("is cut off when its client leaves too much lying", async () => {
    const socket = await open();
    const channel = await opened;
    const closed = new Promise<void>((resolve) => channel.onClose(resolve));
    socket.pause();
    const text = "x".repeat(64 * 1024);
    for (let sent = 0; sent < LARGE.length; sent += text.length) channel.send(text);
    await closed;
  });

  it("is closed on a message that is longer than it may be", async () => {
    const socket = await open();
    const closed = once(socket, "close");
    socket.send(Buffer.alloc(LIMITS.socketMessageBytes + 1));
    const [code] = (await closed) as [number];
    expect([1006, 1009]).toContain(code);
  });
});
