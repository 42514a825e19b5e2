import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { webSocketChannel } from "../primitives/stream/channels";
import type { Channel } from "../primitives/stream/message-port";
import { CONNECTION_LIMITS, type ConnectionLimits } from "./connection-limits";

const GOING_AWAY = 1001;

/** The WebSockets that are open. */
export class WebSockets {
  readonly #server: WebSocketServer;
  readonly #limits: ConnectionLimits;
  /** Those that were asked whether anybody is there, and have not answered. */
  readonly #asked = new WeakSet<WebSocket>();
  readonly #timer: NodeJS.Timeout;

  constructor(limits: ConnectionLimits = CONNECTION_LIMITS) {
    this.#limits = limits;
    this.#server = new WebSocketServer({
      noServer: true,
      handleProtocols: (offered) => (offered.has("encore-ws") ? "encore-ws" : false),
      maxPayload: limits.socketMessageBytes,
    });
    this.#timer = setInterval(() => this.#ask(), limits.pingMs).unref();
  }

  /** Makes a WebSocket of a connection; `onOpen` gets what goes over it. */
  open(
    request: IncomingMessage,
    { socket, head }: { socket: Duplex; head: Buffer },
    onOpen: (channel: Channel) => void,
  ) {
    this.#server.handleUpgrade(request, socket, head, (opened) => {
      opened.on("error", () => opened.terminate());
      opened.on("pong", () => this.#asked.delete(opened));
      onOpen(webSocketChannel(opened, { maxWaitingBytes: this.#limits.socketWaitingBytes }));
    });
  }

  /** Tells every client that the server ends. */
  close(): void {
    for (const socket of this.#server.clients) socket.close(GOING_AWAY, "server is shutting down");
  }

  terminate(): void {
    clearInterval(this.#timer);
    for (const socket of this.#server.clients) socket.terminate();
  }

  #ask(): void {
    for (const socket of this.#server.clients) {
      // One that the app does not read from cannot be heard either.
      if (socket.isPaused) this.#asked.delete(socket);
      else if (this.#asked.has(socket)) socket.terminate();
      else {
        this.#asked.add(socket);
        socket.ping();
      }
    }
  }
}
