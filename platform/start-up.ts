import { appMeta } from "encore.dev";
import log from "./log";
import { redactedMessage } from "./redaction";

/**
 * Runs a service's recovery work when its process starts: cron jobs do the same later, but not at once and not locally.
 * A failure is logged and never keeps the backend from serving. Tests call the work itself instead.
 */
export function runAtStart(name: string, work: () => Promise<void>): void {
  if (appMeta().environment.type === "test") return;
  work().catch((error: unknown) => log.error(`start-up work failed: ${name}`, { cause: redactedMessage(error) }));
}
