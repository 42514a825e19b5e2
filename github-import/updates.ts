import { EventEmitter } from "node:events";
import { RowUpdates } from "../platform/row-updates";

const updates = new RowUpdates();
const cancels = new EventEmitter();
// One listener a worker.
cancels.setMaxListeners(0);

/** Says within this process that an import has changed, so that progress streams look at once. */
export function announceUpdate(importId: string): void {
  updates.announce(importId);
}

export async function nextUpdate(importId: string): Promise<void> {
  await updates.next(importId);
}

export function announceCancel(importId: string): void {
  cancels.emit(importId);
  announceUpdate(importId);
}

/** Calls `listener` when the import is cancelled by this process; gives what ends that. */
export function onCancel(importId: string, listener: () => void): () => void {
  cancels.on(importId, listener);
  return () => cancels.off(importId, listener);
}
