import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Dispatcher } from "./dispatcher";

const GOING_AWAY = 1001;
const IDLE_SWEEP_MS = 10;

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
      try {
        const work = this.#dispatcher.request(request, response);
        if (work) this.#track(work, response);
      } catch (error) {
        this.#onFault(error);
        response.destroy();
      }
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
    // A connection is idle only once its last answer has left, however slowly the client takes it.
    const sweep = setInterval(() => this.#server.closeIdleConnections(), IDLE_SWEEP_MS);
    await closed;
    clearInterval(sweep);
  }

  /** Cuts off whatever is left. */
  destroy(): void {
    for (const socket of this.#dispatcher.sockets) socket.terminate();
    this.#server.closeAllConnections();
  }

  #track(work: Promise<void>, connection: { destroy(): unknown }): void {
    this.#running.add(work);
    work.then(
      () => this.#running.delete(work),
      (error: unknown) => {
        this.#running.delete(work);
        this.#onFault(error);
        connection.destroy();
      },
    );
  }
}
