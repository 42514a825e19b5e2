import log from "../platform/log";
import { doneBeforeEnd, processEnd } from "../platform/process-end";
import { redactedMessage } from "../platform/redaction";
import { bringToRest } from "./bring-to-rest";
import { bringUp } from "./bring-up";
import { handleFailure, NotYet } from "./failures";
import { RENEW_EVERY_MS, Superseded } from "./leased-rows";
import { nameOf } from "./sandbox-identity";
import type { Sandbox } from "./sandboxes";
import { taskFor } from "./state-machine";
import { takeDown } from "./take-down";
import type { WorkerPorts } from "./worker-ports";
import type { WorkItem } from "./workspace-store";

/** What a worker knows only while it has the row. */
export interface Visit {
  /** Nobody had the row before, so there is no sandbox to look for. */
  untried: boolean;
  /** The sandbox as it was seen a moment ago, which spares another look. */
  seen: Sandbox | null;
  /** The sandbox that this worker had made. */
  created: Sandbox | null;
}

/**
 * Moves a workspace toward what is wanted, step by step, until there is nothing to do now. Safe to call at any time and as
 * often as one likes: the row's lease lets one worker through, every step looks before it acts, and a worker that was
 * overtaken changes nothing any more. Throws `NotYet` when there is more to do later.
 */
export async function reconcile(workspaceId: string, ports: WorkerPorts): Promise<void> {
  if (processEnd.aborted) throw new NotYet("the process is asked to end");
  const item = await ports.rows.claim(workspaceId);
  if (item === null) {
    if (await ports.rows.isDueLater(workspaceId)) throw new NotYet("it is not due yet, or another worker is on it");
    return;
  }
  const renewal = setInterval(() => {
    ports.rows
      .renew(item)
      .catch((error: unknown) =>
        log.warn("a lease could not be renewed", { workspaceId, cause: redactedMessage(error) }),
      );
  }, RENEW_EVERY_MS);
  // What leaves nothing to do has ended the lease along with it.
  let settled = false;
  const done = work(item, ports).then((last) => {
    settled = !last.due;
  });
  try {
    // A call to Daytona may last minutes. The next worker looks first, and finds by its name what this one has made.
    if (!(await doneBeforeEnd(done))) throw new NotYet("the process is asked to end");
  } finally {
    clearInterval(renewal);
    if (!settled) await ports.rows.release(item);
  }
}

/** Gives the row as it was left. */
async function work(claimed: WorkItem, ports: WorkerPorts): Promise<WorkItem> {
  const visit: Visit = { untried: claimed.leaseGeneration === 1, seen: null, created: null };
  let item = claimed;
  while (item.due && !processEnd.aborted) {
    const current = item;
    try {
      item = await step(current, visit, ports).catch((error: unknown) => handleFailure(current, error, ports.rows));
    } catch (error) {
      if (!(error instanceof Superseded)) throw error;
      const now = await ports.rows.reread(item);
      if (now === null) {
        await leaveToOthers(item, visit, ports);
        return item;
      }
      // The user asked for something else; the lease is still this worker's, and so is the work.
      visit.seen = null;
      item = now;
    }
  }
  return item;
}

async function step(item: WorkItem, visit: Visit, ports: WorkerPorts): Promise<WorkItem> {
  const task = taskFor(item);
  switch (task) {
    case "bring up":
      return await bringUp(item, visit, ports);
    case "bring to rest":
      return await bringToRest(item, ports);
    case "take down":
      return await takeDown(item, ports);
    case "nothing":
      return await ports.rows.write(item, { settled: true });
  }
}

/**
 * Another worker took over. What this one had made is the other's, who finds it by its name; unless nobody wants it any
 * more: then it goes at once, and does not wait for the orphans' collection.
 */
async function leaveToOthers(item: WorkItem, { created }: Visit, { rows, sandboxes }: WorkerPorts): Promise<void> {
  if (created === null || sandboxes === null) return;
  const now = await rows.find(item.id);
  if (now !== null && nameOf(now) === created.name) return;
  await sandboxes.delete(created.id);
}
