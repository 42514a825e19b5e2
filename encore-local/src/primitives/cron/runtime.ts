import { LogLevel, type RuntimeHost } from "../../runtime/host";
import type { CronJob } from "./parse";
import { nextRun } from "./schedule";

/** The longest that a timer of Node's can wait is 24.8 days; a job that is due later is looked at again. */
const LONGEST_WAIT_MS = 24 * 60 * 60_000;

export interface CronJobs {
  /** Runs the jobs from now on, if the command line was told to. */
  start(): void;
  /** Starts no more of them, and waits for those that run. */
  drain(): Promise<void>;
}

/** Calls the job's endpoint, as another service would, without a user. Rejects with the endpoint's error. */
export type RunCronJob = (job: CronJob) => Promise<void>;

/** Cron jobs in the process. One that still runs when it is due again is left out that time. */
export function createCronJobs(host: Pick<RuntimeHost, "config" | "logger">, run: RunCronJob): CronJobs {
  const timers = new Map<string, NodeJS.Timeout>();
  const running = new Map<string, Promise<void>>();
  const { config, logger } = host;

  const runJob = async (job: CronJob): Promise<void> => {
    try {
      await run(job);
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      logger.log(null, LogLevel.Error, "cron job failed", cause, undefined, { cron_job: job.name });
    }
  };
  const due = (job: CronJob): void => {
    if (running.has(job.name)) {
      logger.log(null, LogLevel.Warn, "cron job left out: it still runs", undefined, undefined, { cron_job: job.name });
      return;
    }
    running.set(
      job.name,
      runJob(job).finally(() => running.delete(job.name)),
    );
  };
  const schedule = (job: CronJob): void => {
    const at = nextRun(job.schedule, new Date());
    if (at === undefined) return;
    const wait = at.getTime() - Date.now();
    const timer = setTimeout(
      () => {
        if (wait <= LONGEST_WAIT_MS) due(job);
        schedule(job);
      },
      Math.min(wait, LONGEST_WAIT_MS),
    );
    timers.set(job.name, timer);
  };

  return {
    start() {
      if (config.cron) for (const job of config.model.cronJobs) schedule(job);
    },
    async drain() {
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(running.values());
    },
  };
}
