import { EventEmitter, once } from "node:events";
import { processEnd } from "./process-end";

/** Waiting ends after this in any case, since another process may be the one at work. */
const LOOK_AGAIN_MS = 1_000;

/** Says within this process that a row has changed, so that streams look at once. A hint, as a message is: the row is the truth. */
export class RowUpdates {
  readonly #emitter = new EventEmitter();

  constructor() {
    // One listener a stream.
    this.#emitter.setMaxListeners(0);
    processEnd.addEventListener("abort", () => {
      // Node's `once` listens for `error` as well.
      for (const id of this.#emitter.eventNames()) if (id !== "error") this.#emitter.emit(id);
    });
  }

  announce(id: string): void {
    this.#emitter.emit(id);
  }

  /** Waits for a change of the row, or the process's end, a second at most. Called before the row is read, it misses none. */
  async next(id: string): Promise<void> {
    if (processEnd.aborted) return;
    try {
      await once(this.#emitter, id, { signal: AbortSignal.timeout(LOOK_AGAIN_MS) });
    } catch (error) {
      if (!(error instanceof Error && error.name === "AbortError")) throw error;
    }
  }
}
