import { processEnd } from "../platform/process-end";
import type { WorkspaceStatus } from "./state-machine";
import { workspaceUpdates } from "./updates";
import { listEvents, type WorkspaceEvent } from "./workspace-events";
import { findWorkspace } from "./workspace-store";

/** What a stream of events sends. */
export interface WorkspaceUpdate {
  /** As it is now, which may be later than the event. */
  status: WorkspaceStatus;
  statusReason: string | null;
  /** Null in the message that says every now and then that nothing happened. */
  event: WorkspaceEvent | null;
}

/** A listener who is gone is noticed only when something is sent. */
const QUIET_MS = 15_000;
const PAGE = 200;

/** All events from the first one on, then each when it comes; ends with the workspace, or with this process. */
export async function* followEvents(workspaceId: string): AsyncGenerator<WorkspaceUpdate> {
  let after = 0;
  let lastSent = performance.now();
  for (;;) {
    const update = workspaceUpdates.next(workspaceId);
    const item = await findWorkspace(workspaceId);
    const { status, statusReason } = item ?? { status: "deleted" as const, statusReason: "deleted" };
    let page: WorkspaceEvent[];
    do {
      page = await listEvents(workspaceId, { after, limit: PAGE });
      for (const event of page) {
        yield { status, statusReason, event };
        after = event.id;
        lastSent = performance.now();
      }
    } while (page.length === PAGE);
    if (item === null || processEnd.aborted) return;
    if (performance.now() - lastSent > QUIET_MS) {
      yield { status, statusReason, event: null };
      lastSent = performance.now();
    }
    await update;
  }
}
