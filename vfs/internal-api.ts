import { api } from "encore.dev/api";
import { CronJob } from "encore.dev/cron";
import { Subscription } from "encore.dev/pubsub";
import { DomainError } from "../platform/errors";
import { pgPool } from "../platform/pg-pool";
import { runAtStart, runByTimer } from "../platform/start-up";
import { withoutSecrets } from "../platform/subscriptions";
import { projectDeleted } from "../projects/events";
import { removeProjectFiles, sweep } from "./cleanup";
import { findFile } from "./entry";
import { treeLimits } from "./limits";
import { pruneByAge } from "./pruning";
import { storeNamed } from "./stores";

// What other services may ask of vfs, and what happens by itself. None of it is exposed.

interface ListPathsRequest {
  projectId: string;
}

interface ListPathsResponse {
  /** Every file, sorted by bytes. */
  paths: string[];
}

export const listPaths = api({}, async ({ projectId }: ListPathsRequest): Promise<ListPathsResponse> => {
  const { rows } = await pgPool().query<{ path: string }>(
    "SELECT path FROM vfs_entries WHERE project_id = $1 AND kind = 'file' ORDER BY path",
    [projectId],
  );
  return { paths: rows.map(({ path }) => path) };
});

interface ReadTextRequest {
  projectId: string;
  path: string;
  /** A larger file gives null. */
  maxBytes: number;
}

interface ReadTextResponse {
  text: string | null;
}

export const readText = api({}, async ({ projectId, path, maxBytes }: ReadTextRequest): Promise<ReadTextResponse> => {
  try {
    const { size, contentId, store } = await findFile({ projectId, path });
    if (size > maxBytes) return { text: null };
    const contents = await storeNamed(store).readMany([contentId]);
    return { text: contents.get(contentId)?.toString("utf8") ?? null };
  } catch (error) {
    if (error instanceof DomainError && (error.reason === "file_not_found" || error.reason === "not_a_file")) {
      return { text: null };
    }
    throw error;
  }
});

interface QuotaResponse {
  /** What a project may have. */
  bytes: number;
  files: number;
}

export const quota = api({}, async (): Promise<QuotaResponse> => {
  const { bytes, entries } = treeLimits();
  return { bytes, files: entries };
});

export const sweepFiles = api({}, async (): Promise<void> => {
  await sweep();
});

export const pruneVersions = api({}, async (): Promise<void> => {
  await pruneByAge();
});

const _prune = new CronJob("prune-versions", {
  title: "Remove versions that are older than they are kept",
  every: "1h",
  endpoint: pruneVersions,
});

const _sweep = new CronJob("sweep-files", {
  title: "Remove contents that nothing refers to",
  every: "15m",
  endpoint: sweepFiles,
});

const _deleted = new Subscription(projectDeleted, "remove-files", {
  handler: withoutSecrets(({ projectId }) => removeProjectFiles(projectId)),
  // Removing a large project takes a while; a repetition meanwhile would only wait for the same rows.
  ackDeadline: "5m",
  retryPolicy: { minBackoff: "5s", maxBackoff: "10m", maxRetries: 20 },
});

runAtStart("sweep files", sweep);
runByTimer("sweep-files", { minutes: 15, work: sweep });
runByTimer("prune-versions", { minutes: 60, work: pruneByAge });
runAtStart("prune versions", pruneByAge);
