import { appMeta } from "encore.dev";
import log from "./log";
import { noteSignals, processEnd } from "./process-end";
import { redactedMessage } from "./redaction";

/**
 * Runs a service's recovery work when its process starts: cron jobs do the same later, but not at once and not locally.
 * A failure is logged and never keeps the backend from serving. Tests call the work itself instead.
 */
export function runAtStart(name: string, work: () => Promise<void>): void {
  if (appMeta().environment.type === "test") return;
  noteSignals();
  work().catch((error: unknown) => log.error(`start-up work failed: ${name}`, { cause: redactedMessage(error) }));
}

/**
 * Does a cron job's work by a timer of this process, where VAPORFORM_TIMERS is `on`: a self-hosted Encore app has nobody who
 * runs its cron jobs. Each instance does it; the work bears that. One run ends before the next begins.
 */
export function runByTimer(name: string, { minutes, work }: { minutes: number; work: () => Promise<void> }): void {
  if (process.env.VAPORFORM_TIMERS !== "on" || appMeta().environment.type === "test") return;
  repeat(name, { minutes, work, until: processEnd });
}

interface Repeated {
  minutes: number;
  work: () => Promise<void>;
  until: AbortSignal;
}

/** Does the work once in so many minutes, the first time after them. A failure is logged, and the next run comes all the same. */
export function repeat(name: string, { minutes, work, until }: Repeated): void {
  let running = false;
  const timer = setInterval(() => {
    if (running) return;
    running = true;
    work()
      .catch((error: unknown) => log.error(`timed work failed: ${name}`, { cause: redactedMessage(error) }))
      .finally(() => {
        running = false;
      });
  }, minutes * 60_000);
  timer.unref();
  until.addEventListener("abort", () => clearInterval(timer));
}
