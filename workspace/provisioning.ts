import log from "encore.dev/log";
import { DomainError } from "../platform/errors";
import { environmentName } from "./daytona-manager";
import { sendFiles } from "./sandbox-files";
import type { Sandbox, Sandboxes } from "./sandboxes";
import { sandboxName } from "./workspace";
import {
  claim,
  isBusy,
  noteFailedAttempt,
  RENEW_EVERY_MS,
  releaseLease,
  renewLease,
  setFilesSent,
  setSandboxId,
  transition,
  type WorkItem,
} from "./workspace-store";

/** How long a workspace may be on its way to a sandbox, all attempts together. */
export const STARTING_MINUTES = 15;

/** Thrown when there is more to do later: the message is delivered again, with growing pauses. */
class NotYet extends Error {
  override readonly name = "NotYet";
}

/**
 * Does what is due for a workspace: brings up its sandbox and the files in it, or takes it down. Safe to call at any time
 * and as often as one likes: the row's lease lets one worker through, every step looks before it acts. Throws `NotYet`.
 */
export async function reconcile(workspaceId: string, sandboxes: Sandboxes | null): Promise<void> {
  const item = await claim(workspaceId);
  if (item === null) {
    if (await isBusy(workspaceId)) throw new NotYet("another worker is on it");
    return;
  }
  const renewal = setInterval(() => {
    renewLease(workspaceId).catch((error: unknown) =>
      log.warn("a lease could not be renewed", { workspaceId, cause: String(error) }),
    );
  }, RENEW_EVERY_MS);
  try {
    if (item.status === "deleting") await takeDown(item, sandboxes);
    else await bringUp(item, sandboxes);
  } catch (error) {
    await handleFailure(item, error);
  } finally {
    clearInterval(renewal);
    await releaseLease(workspaceId);
  }
}

async function bringUp(item: WorkItem, sandboxes: Sandboxes | null): Promise<void> {
  if (sandboxes === null)
    throw new DomainError("daytona_unavailable", "the Daytona SDK is not there; is DaytonaAPIKey set?");
  if (item.status === "pending") {
    const reason = "a sandbox is being prepared";
    await transition(item.id, { from: ["pending"], to: "starting", reason, deadlineMinutes: STARTING_MINUTES });
  }
  const sandbox = await ensureSandbox(item, sandboxes);
  if (item.daytonaSandboxId !== sandbox.id) {
    await setSandboxId(item.id, sandbox.id);
    log.info(`[DAYTONA DEBUG] Daytona sandbox created with ID: ${sandbox.id}`);
  }
  await ensureStarted(sandbox, sandboxes);
  if (!item.filesSent) {
    await sendFiles({ projectId: item.projectId, toolbox: sandboxes.toolbox(sandbox.id) });
    await setFilesSent(item.id);
  }
  const running = await transition(item.id, {
    from: ["starting"],
    to: "running",
    reason: "the sandbox runs, with the files in it",
  });
  // Deleted meanwhile: what was made just now goes as well.
  if (running === null) throw new NotYet("the workspace was changed meanwhile");
}

/** The one sandbox of the workspace: found by its name, or created. */
async function ensureSandbox(item: WorkItem, sandboxes: Sandboxes): Promise<Sandbox> {
  const name = sandboxName(item.id);
  const labels = labelsOf(item);
  const existing = await sandboxes.find(name);
  if (existing !== null) return requireOurs(existing, labels);
  try {
    return await sandboxes.create({ name, language: item.language, labels });
  } catch (error) {
    // A failed create does not mean that there is no sandbox: its answer may have been lost.
    const made = await sandboxes.find(name);
    if (made === null) throw error;
    return requireOurs(made, labels);
  }
}

function labelsOf(item: { id: string; projectId: string }): Record<string, string> {
  return { vaporform: environmentName(), "vaporform-workspace": item.id, "vaporform-project": item.projectId };
}

function requireOurs(sandbox: Sandbox, labels: Record<string, string>): Sandbox {
  if (!isOurs(sandbox, labels))
    throw new DomainError("daytona_name_taken", `the sandbox ${sandbox.id} has the workspace's name and other labels`);
  return sandbox;
}

async function ensureStarted(sandbox: Sandbox, sandboxes: Sandboxes): Promise<void> {
  if (sandbox.state === "stopped" || sandbox.state === "archived") await sandboxes.start(sandbox.id);
  else if (sandbox.state === "error") {
    throw new DomainError(
      "daytona_sandbox_failed",
      `Daytona: ${sandbox.errorReason ?? "the sandbox is in an error state"}`,
    );
  } else if (sandbox.state !== "started") {
    const current = await sandboxes.find(sandbox.id);
    if (current?.state !== "started") throw new NotYet("the sandbox is changing its state");
  }
}

async function takeDown(item: WorkItem, sandboxes: Sandboxes | null): Promise<void> {
  if (sandboxes === null) {
    if (item.daytonaSandboxId !== null || item.mode === "daytona") {
      throw new DomainError("daytona_unavailable", "the sandbox can only be removed while DaytonaAPIKey is set");
    }
  } else {
    // By name: the id may not have been stored before a crash.
    const sandbox = await sandboxes.find(sandboxName(item.id));
    if (sandbox !== null && isOurs(sandbox, labelsOf(item))) {
      await sandboxes.delete(sandbox.id);
      if ((await sandboxes.find(sandboxName(item.id))) !== null) throw new NotYet("the sandbox is being removed");
    }
  }
  await transition(item.id, { from: ["deleting"], to: "deleted", reason: "deleted" });
}

function isOurs(sandbox: Sandbox, labels: Record<string, string>): boolean {
  return Object.entries(labels).every(([name, value]) => sandbox.labels[name] === value);
}

/** What may pass is tried again while there is time; all else ends in `error`, with a cause that says what to do. */
async function handleFailure(item: WorkItem, error: unknown): Promise<void> {
  if (error instanceof NotYet && !item.overdue) throw error;
  const cause = error instanceof Error ? error.message : String(error);
  const retryable = error instanceof NotYet || (error instanceof DomainError && error.retryable);
  // A deletion is never given up: the sandbox would stay and cost money.
  if (
    item.status === "deleting" ||
    (retryable && !item.overdue) ||
    !(error instanceof DomainError || error instanceof NotYet)
  ) {
    await noteFailedAttempt(item.id, cause);
    throw new NotYet(cause, { cause: error });
  }
  const errorReason = error instanceof DomainError ? error.reason : "daytona_unavailable";
  await transition(item.id, { from: ["pending", "starting"], to: "error", reason: cause, errorReason });
}
