import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { ConnectionLimits } from "./connection-limits";

const LOOKS_PER_WINDOW = 4;
const TIMED_OUT = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/** Where a request's body was when its present window began. */
interface Window {
  from: number;
  bytes: number;
}

/**
 * Cuts off clients who hold a connection without using it: whose body trickles, or who do not take their answer. Node's own
 * timeouts, which it relies on for headers and idle connections, know neither.
 */
export class SlowClients {
  readonly #limits: ConnectionLimits;
  /** The latest answer of each connection, and thereby its request. */
  readonly #latest = new Map<Socket, ServerResponse>();
  readonly #windows = new WeakMap<IncomingMessage, Window>();
  readonly #timer: NodeJS.Timeout;

  constructor(server: Server, limits: ConnectionLimits) {
    this.#limits = limits;
    server.headersTimeout = limits.headersMs;
    server.keepAliveTimeout = limits.keepAliveMs;
    server.timeout = limits.stallMs;
    server.on("timeout", (socket) => this.#quiet(socket));
    server.on("connection", (socket) => socket.once("close", () => this.#latest.delete(socket)));
    server.on("request", (request, response) => this.#latest.set(request.socket, response));
    this.#timer = setInterval(() => this.#look(), limits.bodyWindowMs / LOOKS_PER_WINDOW).unref();
  }

  /** To be called when the server is closed. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /** Nothing has moved on the connection: either it is idle, or its answer is not taken, or the app is at work. */
  #quiet(socket: Socket): void {
    const isIdle = socket.timeout !== this.#limits.stallMs;
    if (isIdle || socket.writableLength > 0) socket.destroy();
  }

  #look(): void {
    const now = performance.now();
    for (const [socket, response] of this.#latest) {
      if (!response.req.complete && this.#tooSlow(response.req, now)) cutOff(socket, response);
    }
  }

  #tooSlow(request: IncomingMessage, now: number): boolean {
    const { bodyWindowMs, bodyBytesPerWindow } = this.#limits;
    const bytes = request.socket.bytesRead;
    const window = this.#windows.get(request);
    // What lies here unread waits for the app, and the client can send no more.
    const isOurTurn = request.readableLength > 0;
    if (window === undefined || isOurTurn || bytes - window.bytes >= bodyBytesPerWindow) {
      this.#windows.set(request, { from: now, bytes });
      return false;
    }
    return now - window.from >= bodyWindowMs;
  }
}

function cutOff(socket: Socket, response: ServerResponse): void {
  if (!response.headersSent) socket.write(TIMED_OUT);
  socket.destroy();
}
