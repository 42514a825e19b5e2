import { api } from "encore.dev/api";
import { CronJob } from "encore.dev/cron";
import { removeExpired } from "../platform/retention";
import { runByTimer } from "../platform/start-up";

// What happens by itself. None of it is exposed.

export const sweepRequests = api({}, async (): Promise<void> => {
  await removeExpired();
});

const _sweep = new CronJob("sweep-requests", {
  title: "Remove audit entries, idempotency keys and request counts whose time is over",
  every: "1h",
  endpoint: sweepRequests,
});

runByTimer("sweep-requests", { minutes: 60, work: removeExpired });
