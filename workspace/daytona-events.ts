import { io } from "socket.io-client";
import { z } from "zod";
import log from "../platform/log";
import { redactedMessage } from "../platform/redaction";
import { sandboxRecord, toSandbox } from "./daytona-states";
import type { SandboxChange } from "./sandboxes";

type Listener = (change: SandboxChange) => void;

const MAX_PAUSE_MS = 30_000;

/** A change of state comes with the whole record in it; the new state may be told beside it. */
const stateUpdated = z.object({ sandbox: sandboxRecord, newState: z.string().optional() });

/**
 * Daytona's events for the whole organisation. The SDK listens to single sandboxes, each for five minutes at most, and
 * hands nothing on; this is the same connection, asked for all of them. It comes back by itself when it breaks.
 */
export function watchDaytona({ apiKey, apiUrl }: { apiKey: string; apiUrl: string }): {
  add(listener: Listener): () => void;
  close(): void;
} {
  const listeners = new Set<Listener>();
  const { origin, pathname } = new URL(apiUrl);
  const socket = io(origin, {
    path: `${pathname.replace(/\/$/, "")}/socket.io/`,
    transports: ["websocket"],
    auth: { token: apiKey },
    reconnectionDelayMax: MAX_PAUSE_MS,
  });
  let told = false;
  socket.on("connect_error", (error) => {
    // Once for each time that it is down; the poll goes on meanwhile.
    if (!told) log.warn("Daytona's events cannot be listened to", { cause: redactedMessage(error) });
    told = true;
  });
  socket.on("connect", () => {
    told = false;
  });
  const tell = (record: unknown): void => {
    const { id, state, labels, errorReason } = toSandbox(record);
    for (const listener of listeners) listener({ sandboxId: id, state, labels, errorReason });
  };
  socket.on("sandbox.created", (event: unknown) => {
    if (sandboxRecord.safeParse(event).success) tell(event);
  });
  socket.on("sandbox.state.updated", (event: unknown) => {
    const parsed = stateUpdated.safeParse(event);
    if (parsed.success) tell({ ...parsed.data.sandbox, state: parsed.data.newState ?? parsed.data.sandbox.state });
  });
  return {
    add(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      listeners.clear();
      socket.disconnect();
    },
  };
}
