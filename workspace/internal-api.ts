import { api } from "encore.dev/api";
import { CronJob } from "encore.dev/cron";
import { Subscription } from "encore.dev/pubsub";
import log from "../platform/log";
import { registerPart } from "../platform/readiness";
import { redactedMessage } from "../platform/redaction";
import { runAtStart, runByTimer } from "../platform/start-up";
import { withoutSecrets } from "../platform/subscriptions";
import { projectDeleted } from "../projects/events";
import { configuredKey, daytona } from "./daytona-manager";
import { announce, deleteWorkspace, ensureWorkspace } from "./lifecycle";
import { reconcile } from "./reconcile";
import type { RunPlan } from "./run-plan";
import { noteChange, survey } from "./survey";
import { workspaceDue } from "./topics";
import { workerPorts } from "./worker-ports";
import { dueWorkspaces, endPauses, findProjectWorkspace } from "./workspace-store";

// What other services may ask of workspace, and what happens by itself. None of it is exposed.

interface CreateForProjectRequest {
  projectId: string;
  projectName: string;
  /** As it was detected; any name of a language or a framework will do. */
  language: string;
  framework?: string;
  /** How the code is brought to run, as far as that was found out. */
  plan?: RunPlan;
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
  handler: withoutSecrets(async ({ workspaceId }) => reconcile(workspaceId, await workerPorts())),
  // Longer than creating a sandbox and sending the files takes; the row's lease keeps a second worker out all the same.
  ackDeadline: "15m",
  // As long as a workspace may be starting: waiting for Daytona counts as a failure here. What takes longer is the sweep's.
  retryPolicy: { minBackoff: "1s", maxBackoff: "15s", maxRetries: 200 },
  // Workers mostly wait for Daytona. Files are streamed, so each of them costs little memory.
  maxConcurrency: 100,
});

const _projectDeleted = new Subscription(projectDeleted, "delete-workspace", {
  handler: withoutSecrets(async ({ projectId }) => {
    const item = await findProjectWorkspace(projectId);
    if (item !== null) await deleteWorkspace(item.id, "the project was deleted");
  }),
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

export const surveySandboxes = api({}, async (): Promise<void> => {
  await surveyAll();
});

const _survey = new CronJob("survey-sandboxes", {
  title: "Compare workspaces with their sandboxes, and remove sandboxes that belong to none",
  every: "5m",
  endpoint: surveySandboxes,
});

async function sweep(): Promise<void> {
  for (const workspaceId of await dueWorkspaces()) await announce(workspaceId);
}

async function surveyAll(): Promise<void> {
  const { sandboxes, identity } = await workerPorts();
  if (sandboxes !== null) await survey({ sandboxes, identity });
}

/** Between two surveys Daytona tells by itself. What it tells is a hint: one that is lost is found by the next survey. */
async function watch(): Promise<void> {
  const sandboxes = await daytona();
  sandboxes?.watch((change) => {
    noteChange(change).catch((error: unknown) =>
      log.warn("a change of a sandbox could not be noted", { cause: redactedMessage(error) }),
    );
  });
}

/** A look costs one request of the account's. There is no sandbox of this name, and that is the answer. */
registerPart({
  name: "daytona",
  keepMs: 30_000,
  look: async () => {
    const sandboxes = await daytona();
    if (sandboxes === null) return configuredKey() === "" ? "development" : "unavailable";
    await sandboxes.find("vaporform-readiness");
    return "ok";
  },
});

runAtStart("connect to Daytona", watch);
runAtStart("sweep workspaces", async () => {
  await endPauses();
  await sweep();
});
runAtStart("survey sandboxes", surveyAll);
runByTimer("sweep-workspaces", { minutes: 1, work: sweep });
runByTimer("survey-sandboxes", { minutes: 5, work: surveyAll });
