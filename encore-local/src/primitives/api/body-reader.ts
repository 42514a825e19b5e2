import type { IncomingMessage } from "node:http";

type Push = (chunk: Buffer | null) => boolean;
type Destroy = (error?: Error) => void;

/** Feeds a raw endpoint's request stream from the connection, as fast as the app reads and no faster. */
export class BodyReader {
  readonly #source: IncomingMessage;
  readonly #limit: number | null;
  #received = 0;
  #push: Push | undefined;
  #destroy: Destroy | undefined;
  #listening = false;
  #done = false;

  constructor(source: IncomingMessage, limit: number | null) {
    this.#source = source;
    this.#limit = limit;
  }

  /** Called by the SDK's request stream with its own `push` and `destroy`. */
  start(push: Push, destroy: Destroy): void {
    this.#push = push;
    this.#destroy = destroy;
    this.#source.once("error", (error) => this.#fail(error));
  }

  read(): void {
    if (this.#done) return;
    if (!this.#listening) this.#listen();
    this.#source.resume();
  }

  /** Only once the app reads: most requests of raw endpoints have no body, and listening costs each of them. */
  #listen(): void {
    const source = this.#source;
    this.#listening = true;
    source.on("data", (chunk: Buffer) => {
      if (this.#done) return;
      this.#received += chunk.length;
      if (this.#limit !== null && this.#received > this.#limit) {
        this.#fail(Object.assign(new Error("length limit exceeded"), { code: "GenericFailure" }));
      } else if (!this.#push?.(chunk)) {
        source.pause();
      }
    });
    source.once("end", () => {
      if (!this.#done) this.#push?.(null);
      this.#done = true;
    });
  }

  /** Ends the app's request stream when the client is gone, and drops what still comes when the answer is complete. */
  release(clientGone: boolean): void {
    if (clientGone && !this.#done) this.#destroy?.();
    this.#done = true;
    this.#source.resume();
  }

  #fail(error: Error): void {
    if (this.#done) return;
    this.#done = true;
    this.#destroy?.(error);
    this.#source.resume();
  }
}
