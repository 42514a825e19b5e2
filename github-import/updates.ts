import { EventEmitter, once } from "node:events";

/** Says within this process that an import has changed, so that progress streams look at once, and workers see a cancellation. */
const emitter = new EventEmitter();
// One listener a stream.
emitter.setMaxListeners(0);

export function announceUpdate(importId: string): void {
  emitter.emit(importId);
}

/** Waits for a change; in any case no longer than this, since another process may be the one at work. */
const LOOK_AGAIN_MS = 1_000;

export async function nextUpdate(importId: string): Promise<void> {
  try {
    await once(emitter, importId, { signal: AbortSignal.timeout(LOOK_AGAIN_MS) });
  } catch (error) {
    if (!(error instanceof Error && error.name === "AbortError")) throw error;
  }
}

export function announceCancel(importId: string): void {
  emitter.emit(`cancel ${importId}`);
  announceUpdate(importId);
}

/** Calls `listener` when the import is cancelled by this process; gives what ends that. */
export function onCancel(importId: string, listener: () => void): () => void {
  emitter.on(`cancel ${importId}`, listener);
  return () => emitter.off(`cancel ${importId}`, listener);
}
