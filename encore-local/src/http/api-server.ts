import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Dispatcher } from "./dispatcher";

const GOING_AWAY = 1001;

/** The listening side: takes connections, and lets go of them in good order. */
export class ApiServer {
  readonly #dispatcher: Dispatcher;
  readonly #server: Server;
  readonly #onFault: (error: unknown) => void;
  readonly #running = new Set<Promise<void>>();

  constructor(dispatcher: Dispatcher, onFault: (error: unknown) => void) {
    this.#dispatcher = dispatcher;
    this.#onFault = onFault;
    this.#server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 });
    this.#server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.#track(this.#dispatcher.request(request, response), response);
    });
    this.#server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#track(this.#dispatcher.upgrade(request, socket, head), socket);
    });
  }

  /** Rejects when the address is taken or not to be had. */
  listen({ host, port }: { host: string; port: number }): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, host, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
  }

  /** Takes no new connections, closes streams with a reason, and resolves when the running requests are done. */
  async drain(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    for (const socket of this.#dispatcher.sockets) socket.close(GOING_AWAY, "server is shutting down");
    await Promise.allSettled(this.#running);
    this.#server.closeIdleConnections();
    await closed;
  }

  /** Cuts off whatever is left. */
  destroy(): void {
    for (const socket of this.#dispatcher.sockets) socket.terminate();
    this.#server.closeAllConnections();
  }

  #track(work: Promise<void>, connection: { destroy(): unknown }): void {
    const tracked = work
      .catch((error: unknown) => {
        this.#onFault(error);
        connection.destroy();
      })
      .finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }
}
