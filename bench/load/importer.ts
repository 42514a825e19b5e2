import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { Client } from "./recorder";

const LOOK_EVERY_MS = 250;

const started = z.object({ id: z.string(), projectId: z.string() });
const state = z.object({ status: z.string() });

interface ImporterOptions {
  client: Client;
  repository: string;
}

/** Imports into one new project after the other, and deletes each; gives how many imports succeeded. */
export async function importUntil(end: number, { client, repository }: ImporterOptions): Promise<number> {
  let succeeded = 0;
  while (performance.now() < end) {
    const answer = await client("POST", "/github/import", JSON.stringify({ repository }));
    if (!answer.ok) {
      await pause(LOOK_EVERY_MS);
      continue;
    }
    const { id, projectId } = started.parse(JSON.parse(answer.text));
    if ((await ended(client, id)) === "succeeded") succeeded += 1;
    await client("DELETE", `/projects/${projectId}`);
  }
  return succeeded;
}

async function ended(client: Client, importId: string): Promise<string> {
  for (;;) {
    const { ok, text } = await client("GET", `/github/imports/${importId}`);
    const status = ok ? state.parse(JSON.parse(text)).status : "failed";
    if (["succeeded", "failed", "cancelled"].includes(status)) return status;
    await pause(LOOK_EVERY_MS);
  }
}
