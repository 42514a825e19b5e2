import { Cron } from "croner";
import type { CronJob } from "./parse";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * The next time after `now` at which a job is due, in UTC; undefined when there is none. An interval counts from midnight,
 * so that it does not depend on when the app was started.
 */
export function nextRun(schedule: CronJob["schedule"], now: Date): Date | undefined {
  if (schedule.kind === "cron") return new Cron(schedule.expression, { timezone: "UTC" }).nextRun(now) ?? undefined;
  const interval = schedule.minutes * MINUTE_MS;
  const midnight = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const next = midnight + (Math.floor((now.getTime() - midnight) / interval) + 1) * interval;
  return new Date(Math.min(next, midnight + DAY_MS));
}

/** Why an expression is no schedule: five fields of minute, hour, day of month, month and day of week. */
export function scheduleFault(expression: string): string | undefined {
  if (expression.trim().split(/\s+/).length !== 5) {
    return "it must have exactly 5 fields: minute, hour, day of month, month, day of week";
  }
  try {
    new Cron(expression, { timezone: "UTC", paused: true });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
