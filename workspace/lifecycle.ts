import { DomainError } from "../platform/errors";
import log from "../platform/log";
import { processEnd } from "../platform/process-end";
import { redactedMessage } from "../platform/redaction";
import { configuredKey, daytona } from "./daytona-manager";
import { NotYet } from "./failures";
import { workspacesPerUser } from "./limits";
import { isObservable, noteObservation } from "./observation";
import { chooseLanguages } from "./project-language";
import { reconcile } from "./reconcile";
import type { RunPlan } from "./run-plan";
import type { Sandboxes } from "./sandboxes";
import { workspaceDue } from "./topics";
import { workspaceUpdates } from "./updates";
import { wantDeleted, wantRestarted, wantRunning, wantStopped } from "./wanted";
import { workerPorts } from "./worker-ports";
import { findProjectWorkspace, findWorkspace, insertWorkspace, type WorkItem } from "./workspace-store";

export interface CreateOptions {
  projectId: string;
  projectName: string;
  /** Any name of a language or a framework. */
  language: string;
  framework?: string;
  plan?: RunPlan;
}

/**
 * The project's living workspace; created, and its provisioning begun, when there is none. Throws `project_not_found` and
 * `workspace_limit_reached`.
 */
export async function ensureWorkspace(options: CreateOptions): Promise<WorkItem> {
  const { projectId, projectName, framework, plan } = options;
  log.info(`[DAYTONA DEBUG] createWorkspace called for project ${projectId}`);
  const languages = chooseLanguages(options);
  const mode = configuredKey() === "" ? "development" : "daytona";
  const created = await insertWorkspace(
    { projectId, ...languages, framework: framework ?? null, runPlan: plan ?? null, mode },
    { limit: workspacesPerUser() },
  );
  if (created === null) {
    const existing = await findProjectWorkspace(projectId);
    if (existing === null)
      throw new DomainError("workspace_not_found", "the workspace was deleted while it was asked for");
    return existing;
  }
  log.info(`[DAYTONA DEBUG] Created workspace record in DB with ID: ${created.id}`);
  log.info(`✓ Created Daytona workspace for project: ${projectName} with language: ${languages.language}`);
  if (mode === "daytona") await announce(created.id);
  return created;
}

/** Says that there is something to do. The sweep finds the row as well, so a failure to say so loses nothing. */
export async function announce(workspaceId: string): Promise<void> {
  workspaceUpdates.announce(workspaceId);
  try {
    await workspaceDue.publish({ workspaceId });
  } catch (error) {
    log.warn("a workspace's work could not be announced; the sweep will find it", {
      workspaceId,
      cause: redactedMessage(error),
    });
  }
}

/** The provider; throws `development_mode` when there is none. */
async function requireDaytona(): Promise<Sandboxes> {
  const sandboxes = await daytona();
  if (sandboxes !== null) return sandboxes;
  if (configuredKey() !== "") {
    throw new DomainError("daytona_not_configured", "DaytonaAPIKey is set, but the Daytona SDK could not be built");
  }
  throw new DomainError(
    "development_mode",
    "nothing can be run: the backend is in development mode, without a Daytona key",
  );
}

/** Brings a workspace up that is stopped, has failed, or was made in development mode. */
export async function startWorkspace(item: WorkItem): Promise<WorkItem> {
  await requireDaytona();
  if (item.status === "running" && item.daytonaSandboxId !== null && item.wanted === "running") return item;
  return await asked(item, await wantRunning(item.id, "started by the user"));
}

/** As starting, but a sandbox that runs is stopped first. */
export async function restartWorkspace(item: WorkItem): Promise<WorkItem> {
  await requireDaytona();
  return await asked(item, await wantRestarted(item.id, "restarted by the user"));
}

async function asked(item: WorkItem, after: WorkItem | null): Promise<WorkItem> {
  await announce(item.id);
  return requireLiving(item, after);
}

function requireLiving({ id }: WorkItem, after: WorkItem | null): WorkItem {
  if (after === null) throw new DomainError("workspace_deleting", `the workspace ${id} is being deleted`);
  return after;
}

/** How long the answer to a stop waits for the sandbox; then it goes on without the caller. */
const STOP_MS = 30_000;

/** Stops the sandbox; the files stay in it. The answer may still say the former status when Daytona takes its time. */
export async function stopWorkspace(item: WorkItem): Promise<WorkItem> {
  await requireDaytona();
  requireSandboxMode(item);
  return await settled(requireLiving(item, await wantStopped(item.id)), STOP_MS);
}

/** Deletes from any state; the sandbox goes as well. */
export async function deleteWorkspace(id: string, reason = "deleted by the user"): Promise<void> {
  await wantDeleted(id, reason);
  await announce(id);
}

/**
 * Does at once what there is to do for the workspace, or waits for the worker who is on it, for a caller that wants to see
 * it done. What is left when the time is over is announced.
 */
async function settled(item: WorkItem, milliseconds: number): Promise<WorkItem> {
  const end = performance.now() + milliseconds;
  let current = item;
  while (current.due && performance.now() < end && !processEnd.aborted) {
    const update = workspaceUpdates.next(item.id);
    try {
      await reconcile(item.id, await workerPorts());
    } catch (error) {
      if (!(error instanceof NotYet)) throw error;
      await update;
    }
    current = (await findWorkspace(item.id)) ?? { ...current, due: false };
  }
  if (current.due) await announce(item.id);
  return current;
}

/** Compares the row with the sandbox, and corrects it where Daytona stopped or removed the sandbox behind our back. */
export async function syncStatus(item: WorkItem): Promise<WorkItem> {
  const sandboxes = await daytona();
  if (sandboxes === null) {
    log.warn("Cannot sync status - no Daytona SDK", { workspaceId: item.id });
    throw new DomainError("development_mode", "there is no sandbox whose status could be read");
  }
  if (!isObservable(item)) return item;
  const sandbox = await sandboxes.find(item.daytonaSandboxId ?? "");
  return (await noteObservation(item, sandbox)) ?? (await findWorkspace(item.id)) ?? item;
}

export interface UsableSandbox {
  sandboxes: Sandboxes;
  sandboxId: string;
}

/** How long a use waits for its sandbox to start; then the caller is told to come again. */
const START_ON_USE_MS = 90_000;

/**
 * The sandbox of a workspace that is about to be used; started first when the user, or Daytona, had stopped it. Throws
 * `development_mode` and `workspace_not_running`.
 */
export async function sandboxForUse(item: WorkItem): Promise<UsableSandbox> {
  const sandboxes = await requireDaytona();
  requireSandboxMode(item);
  let current = await syncStatus(item);
  if (current.status === "stopped" && current.wanted !== "deleted") {
    const asked = requireLiving(current, await wantRunning(current.id, "started because it is used"));
    current = await settled(asked, START_ON_USE_MS);
  }
  if (current.status !== "running" || current.daytonaSandboxId === null) throw notRunning(current);
  return { sandboxes, sandboxId: current.daytonaSandboxId };
}

function requireSandboxMode({ mode, daytonaSandboxId }: WorkItem): void {
  if (mode !== "development" || daytonaSandboxId !== null) return;
  throw new DomainError("development_mode", "the workspace was made in development mode and has no sandbox", {
    hint: "Start it with POST /workspace/:workspaceId/start.",
  });
}

function notRunning(item: WorkItem): DomainError {
  return new DomainError(
    "workspace_not_running",
    `the workspace is ${item.status}: ${item.statusReason ?? "no reason is known"}`,
  );
}
