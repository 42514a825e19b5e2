import { api } from "encore.dev/api";
import { CronJob } from "encore.dev/cron";
import { Subscription } from "encore.dev/pubsub";
import { runAtStart } from "../platform/start-up";
import { projectDeleted } from "../projects/events";
import { daytona } from "./daytona-manager";
import { announce, deleteWorkspace, ensureWorkspace } from "./lifecycle";
import { reconcile } from "./provisioning";
import { workspaceDue } from "./topics";
import { findProjectWorkspace, unfinishedWorkspaces } from "./workspace-store";

// What other services may ask of workspace, and what happens by itself. None of it is exposed.

interface CreateForProjectRequest {
  projectId: string;
  projectName: string;
  /** Any name of a language or a framework. */
  language: string;
}

interface CreateForProjectResponse {
  workspaceId: string;
  status: string;
}

/** The project's living workspace, created when there is none. */
export const createForProject = api({}, async (request: CreateForProjectRequest): Promise<CreateForProjectResponse> => {
  const { id, status } = await ensureWorkspace(request);
  return { workspaceId: id, status };
});

const _due = new Subscription(workspaceDue, "reconcile-workspace", {
  handler: async ({ workspaceId }) => reconcile(workspaceId, await daytona()),
  // Longer than creating a sandbox and sending the files takes; the row's lease keeps a second worker out all the same.
  ackDeadline: "15m",
  retryPolicy: { minBackoff: "1s", maxBackoff: "15s", maxRetries: 200 },
  maxConcurrency: 20,
});

const _projectDeleted = new Subscription(projectDeleted, "delete-workspace", {
  handler: async ({ projectId }) => {
    const item = await findProjectWorkspace(projectId);
    if (item !== null) await deleteWorkspace(item.id);
  },
  ackDeadline: "1m",
  retryPolicy: { minBackoff: "5s", maxBackoff: "10m", maxRetries: 20 },
});

export const sweepWorkspaces = api({}, async (): Promise<void> => {
  await sweep();
});

const _sweep = new CronJob("sweep-workspaces", {
  title: "Go on with workspaces whose message was lost or whose worker died",
  every: "1m",
  endpoint: sweepWorkspaces,
});

async function sweep(): Promise<void> {
  for (const workspaceId of await unfinishedWorkspaces()) await announce(workspaceId);
}

runAtStart("connect to Daytona", async () => {
  await daytona();
});
runAtStart("sweep workspaces", sweep);
