import { api, type Query } from "encore.dev/api";
import { z } from "zod";
import { parseInput } from "../platform/input";
import { intKey } from "../platform/page";
import { processEnd } from "../platform/process-end";
import type { StreamError } from "../platform/stream-errors";
import type { ImportStatus } from "./import";
import { eventsSince } from "./import-events";
import { ownedImport } from "./imports";
import { nextUpdate } from "./updates";

interface ProgressHandshake {
  importId: string;
  /** Only what happened after this event, for who comes again; everything when absent. */
  after?: Query<number>;
}

const handshakeInput = z.object({ after: intKey.default(0) });

/** What happened, or why the stream could not go on. */
interface ProgressMessage {
  /** Counts the events of the import, from 1. */
  n?: number;
  at?: string;
  status?: ImportStatus;
  files?: number;
  bytes?: number;
  /** For people. */
  message?: string;
  /** Until when the import waits before it goes on; null when it does not. */
  waitsUntil?: string | null;
  /** Alone, and last. */
  error?: StreamError;
}

/** Everything that happened to the import so far, then what happens, as it happens; ends with the import. */
export const progress = api.streamOut<ProgressHandshake, ProgressMessage>(
  { expose: true, auth: true, path: "/github/imports/:importId/progress" },
  async ({ importId, after }, stream) => {
    await ownedImport(importId);
    for (let last = parseInput(handshakeInput, { after }).after; ; ) {
      const update = nextUpdate(importId);
      const { events, finished } = await eventsSince(importId, last);
      for (const event of events) await stream.send(event);
      last = events.at(-1)?.n ?? last;
      if (finished || processEnd.aborted) break;
      await update;
    }
    await stream.close();
  },
);
