import log from "encore.dev/log";
import { DomainError } from "../platform/errors";
import { daytona } from "./daytona-manager";
import { normalizeDaytonaLanguage } from "./languages";
import { STARTING_MINUTES } from "./provisioning";
import type { Sandboxes } from "./sandboxes";
import { workspaceDue } from "./topics";
import { findProjectWorkspace, insertWorkspace, transition, type WorkItem } from "./workspace-store";

export interface CreateOptions {
  projectId: string;
  projectName: string;
  /** Any name of a language or a framework. */
  language: string;
}

/** The project's living workspace; created, and its provisioning begun, when there is none. */
export async function ensureWorkspace({ projectId, projectName, language }: CreateOptions): Promise<WorkItem> {
  log.info(`[DAYTONA DEBUG] createWorkspace called for project ${projectId}`);
  const daytonaLanguage = normalizeDaytonaLanguage(language);
  const mode = (await daytona()) === null ? "development" : "daytona";
  const created = await insertWorkspace({ projectId, language: daytonaLanguage, mode });
  if (created === null) {
    const existing = await findProjectWorkspace(projectId);
    if (existing === null)
      throw new DomainError("workspace_not_found", "the workspace was deleted while it was asked for");
    return existing;
  }
  log.info(`[DAYTONA DEBUG] Created workspace record in DB with ID: ${created.id}`);
  log.info(`✓ Created Daytona workspace for project: ${projectName} with language: ${daytonaLanguage}`);
  if (mode === "daytona") await announce(created.id);
  return created;
}

/** Says that there is something to do. The sweep finds the row as well, so a failure to say so loses nothing. */
export async function announce(workspaceId: string): Promise<void> {
  try {
    await workspaceDue.publish({ workspaceId });
  } catch (error) {
    log.warn("a workspace's work could not be announced; the sweep will find it", {
      workspaceId,
      cause: String(error),
    });
  }
}

/** The provider; throws `development_mode` when there is none. */
export async function requireDaytona(): Promise<Sandboxes> {
  const sandboxes = await daytona();
  if (sandboxes === null) {
    throw new DomainError(
      "development_mode",
      "nothing can be run: the backend is in development mode, without a Daytona key",
    );
  }
  return sandboxes;
}

/** Brings a workspace up that is stopped, has failed, or was made in development mode. */
export async function startWorkspace(item: WorkItem): Promise<WorkItem> {
  await requireDaytona();
  if (item.status === "running" && item.daytonaSandboxId !== null) return item;
  const moved = await transition(item.id, {
    from: ["stopped", "error", "running"],
    to: "starting",
    reason: "started by the user",
    deadlineMinutes: STARTING_MINUTES,
  });
  await announce(item.id);
  return moved ?? item;
}

/** Stops the sandbox; the files stay in it. Throws `workspace_not_running`. */
export async function stopWorkspace(item: WorkItem): Promise<WorkItem> {
  const sandboxes = await requireDaytona();
  if (item.status === "stopped") return item;
  if (item.status !== "running" || item.daytonaSandboxId === null) throw notRunning(item);
  const sandbox = await sandboxes.find(item.daytonaSandboxId);
  if (sandbox?.state === "started") await sandboxes.stop(item.daytonaSandboxId);
  return (await transition(item.id, { from: ["running"], to: "stopped", reason: "stopped by the user" })) ?? item;
}

/** Deletes from any state; the sandbox goes as well. */
export async function deleteWorkspace(id: string): Promise<void> {
  await transition(id, {
    from: ["pending", "starting", "running", "stopped", "error"],
    to: "deleting",
    reason: "deletion was asked for",
  });
  await announce(id);
}

/** Compares the row with the sandbox, and corrects it where the sandbox was stopped or removed behind our back. */
export async function syncStatus(item: WorkItem): Promise<WorkItem> {
  const sandboxes = await daytona();
  if (sandboxes === null) {
    log.warn("Cannot sync status - no Daytona SDK", { workspaceId: item.id });
    throw new DomainError("development_mode", "there is no sandbox whose status could be read");
  }
  if (item.daytonaSandboxId === null || (item.status !== "running" && item.status !== "stopped")) return item;
  const sandbox = await sandboxes.find(item.daytonaSandboxId);
  if (sandbox === null) {
    const reason = "the sandbox was removed in Daytona; start the workspace to get a new one";
    return (
      (await transition(item.id, {
        from: [item.status],
        to: "error",
        reason,
        errorReason: "daytona_sandbox_failed",
      })) ?? item
    );
  }
  const actual =
    sandbox.state === "started" ? "running" : /^(stopped|archived)$/.test(sandbox.state) ? "stopped" : undefined;
  if (actual === undefined || actual === item.status) return item;
  return (
    (await transition(item.id, { from: [item.status], to: actual, reason: `Daytona says ${sandbox.state}` })) ?? item
  );
}

export function notRunning(item: WorkItem): DomainError {
  return new DomainError(
    "workspace_not_running",
    `the workspace is ${item.status}: ${item.statusReason ?? "no reason is known"}`,
  );
}
