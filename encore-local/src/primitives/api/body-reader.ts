import type { IncomingMessage } from "node:http";

type Push = (chunk: Buffer | null) => boolean;
type Destroy = (error?: Error) => void;

/** Feeds a raw endpoint's request stream from the connection, as fast as the app reads and no faster. */
export class BodyReader {
  readonly #source: IncomingMessage;
  readonly #limit: number | null;
  #received = 0;
  #destroy: Destroy | undefined;
  #done = false;

  constructor(source: IncomingMessage, limit: number | null) {
    this.#source = source;
    this.#limit = limit;
  }

  /** Called by the SDK's request stream with its own `push` and `destroy`. */
  start(push: Push, destroy: Destroy): void {
    const source = this.#source;
    this.#destroy = destroy;
    source.pause();
    source.on("data", (chunk: Buffer) => {
      if (this.#done) return;
      this.#received += chunk.length;
      if (this.#limit !== null && this.#received > this.#limit) {
        this.#fail(Object.assign(new Error("length limit exceeded"), { code: "GenericFailure" }));
      } else if (!push(chunk)) {
        source.pause();
      }
    });
    source.once("end", () => {
      if (!this.#done) push(null);
      this.#done = true;
    });
    source.once("error", (error) => this.#fail(error));
  }

  read(): void {
    if (!this.#done) this.#source.resume();
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
