import { api } from "encore.dev/api";
import type { Import } from "./import";
import { ownedImport } from "./imports";
import { nextUpdate } from "./updates";

interface ProgressHandshake {
  importId: string;
}

/** The import as it is, then again after each change; ends after the message in which it has ended. */
export const progress = api.streamOut<ProgressHandshake, Import>(
  { expose: true, auth: true, path: "/github/imports/:importId/progress" },
  async ({ importId }, stream) => {
    let last = "";
    for (;;) {
      const update = nextUpdate(importId);
      const state = await ownedImport(importId);
      const text = JSON.stringify(state);
      if (text !== last) await stream.send(state);
      last = text;
      if (state.finishedAt !== null) break;
      await update;
    }
    await stream.close();
  },
);
