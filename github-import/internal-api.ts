import { api } from "encore.dev/api";
import { CronJob } from "encore.dev/cron";
import { Subscription } from "encore.dev/pubsub";
import { runAtStart, runByTimer } from "../platform/start-up";
import { withoutSecrets } from "../platform/subscriptions";
import { projectDeleted } from "../projects/events";
import { runImport } from "./import-job";
import { unfinishedImports } from "./import-lease";
import { cancelProjectImports } from "./import-store";
import { announce, importPorts } from "./imports";
import { forgetOldTokens } from "./token-expiry";
import { importDue } from "./topics";

// What happens by itself. None of it is exposed.

const _due = new Subscription(importDue, "run-import", {
  handler: withoutSecrets(({ importId }) => runImport(importId, importPorts())),
  // As long as an import may take; the row's lease keeps a second worker out all the same.
  ackDeadline: "35m",
  // Short pauses: mostly, what is waited for is the lease of a worker that died.
  retryPolicy: { minBackoff: "1s", maxBackoff: "5s", maxRetries: 600 },
  maxConcurrency: 4,
});

const _projectDeleted = new Subscription(projectDeleted, "cancel-imports", {
  handler: withoutSecrets(({ projectId }) => cancelProjectImports(projectId)),
  retryPolicy: { minBackoff: "5s", maxBackoff: "10m", maxRetries: 20 },
});

export const sweepImports = api({}, async (): Promise<void> => {
  await sweep();
});

const _sweep = new CronJob("sweep-imports", {
  title: "Go on with imports whose message was lost or whose worker died",
  every: "1m",
  endpoint: sweepImports,
});

async function sweep(): Promise<void> {
  await forgetOldTokens();
  for (const importId of await unfinishedImports()) await announce(importId);
}

runAtStart("sweep imports", sweep);
runByTimer("sweep-imports", { minutes: 1, work: sweep });
