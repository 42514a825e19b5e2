import { api, type Query } from "encore.dev/api";
import { processEnd } from "../platform/process-end";
import type { ImportEvent } from "./import";
import { eventsSince } from "./import-events";
import { ownedImport } from "./imports";
import { nextUpdate } from "./updates";

interface ProgressHandshake {
  importId: string;
  /** Only what happened after this event, for who comes again; everything when absent. */
  after?: Query<number>;
}

/** Everything that happened to the import so far, then what happens, as it happens; ends with the import. */
export const progress = api.streamOut<ProgressHandshake, ImportEvent>(
  { expose: true, auth: true, path: "/github/imports/:importId/progress" },
  async ({ importId, after }, stream) => {
    await ownedImport(importId);
    for (let last = after ?? 0; ; ) {
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
