import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { CONNECTION_LIMITS, type ConnectionLimits } from "./connection-limits";
import type { Dispatcher } from "./dispatcher";
import { SlowClients } from "./slow-clients";
import type { WebSockets } from "./web-sockets";

const IDLE_SWEEP_MS = 10;
/** Headers that take too long are noticed late by a part of their time. */
const LOOKS_FOR_HEADERS = 4;

export interface ApiServerOptions {
  dispatcher: Pick<Dispatcher, "request" | "upgrade">;
  sockets: WebSockets;
  /** What the app has not caught. */
  onFault: (error: unknown) => void;
  limits?: ConnectionLimits;
}

/** The listening side: takes connections, and lets go of them in good order. */
export class ApiServer {
  readonly #dispatcher: Pick<Dispatcher, "request" | "upgrade">;
  readonly #sockets: WebSockets;
  readonly #slowClients: SlowClients;
  readonly #server: Server;
  readonly #onFault: (error: unknown) => void;
  readonly #running = new Set<Promise<void>>();

  constructor({ dispatcher, sockets, onFault, limits = CONNECTION_LIMITS }: ApiServerOptions) {
    this.#dispatcher = dispatcher;
    this.#sockets = sockets;
    this.#onFault = onFault;
    // A body may take as long as it needs, as long as it comes.
    const connectionsCheckingInterval = limits.headersMs / LOOKS_FOR_HEADERS;
    this.#server = createServer({ requestTimeout: 0, connectionsCheckingInterval });
    this.#slowClients = new SlowClients(this.#server, limits);
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

  /** Where it listens. */
  address(): ReturnType<Server["address"]> {
    return this.#server.address();
  }

  /** Takes no new connections, closes streams with a reason, and resolves when the running requests are done. */
  async drain(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    this.#sockets.close();
    // A connection is idle only once its last answer has left, however slowly the client takes it; one that is kept for more
    // requests would go on bringing them for as long as another one runs.
    const sweep = setInterval(() => this.#server.closeIdleConnections(), IDLE_SWEEP_MS);
    await Promise.allSettled(this.#running);
    await closed;
    clearInterval(sweep);
    this.#slowClients.stop();
  }

  /** Cuts off whatever is left. */
  destroy(): void {
    this.#sockets.terminate();
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
