import type { Payload } from "../../runtime/request";
import type { MessagePort } from "./message-port";

/** What a `streamOut` handler gets: it can only send. */
export class Sink {
  readonly #port: MessagePort;
  constructor(port: MessagePort) {
    this.#port = port;
  }
  send(message: Payload): void {
    this.#port.send(message);
  }
  close(): void {
    this.#port.close();
  }
}

/** What a `streamIn` handler gets: it can only receive. */
export class Stream {
  readonly #port: MessagePort;
  constructor(port: MessagePort) {
    this.#port = port;
  }
  recv(): Promise<Payload> {
    return this.#port.recv();
  }
}

/** What a `streamInOut` handler gets. */
export class Socket {
  readonly #port: MessagePort;
  constructor(port: MessagePort) {
    this.#port = port;
  }
  send(message: Payload): void {
    this.#port.send(message);
  }
  recv(): Promise<Payload> {
    return this.#port.recv();
  }
  close(): void {
    this.#port.close();
  }
}

/** What a service gets that opens another service's stream. */
export class WebSocketClient extends Socket {}
