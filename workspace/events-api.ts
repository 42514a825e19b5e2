import { api } from "encore.dev/api";
import type { StreamError } from "../platform/stream-errors";
import { ownedWorkspace } from "./access";
import { followEvents } from "./follow-events";
import type { WorkspaceStatus } from "./state-machine";
import type { WorkspaceEvent } from "./workspace-events";

interface EventsHandshake {
  workspaceId: string;
}

/** What happened, or why the stream could not go on. */
interface EventsMessage {
  /** As it is now, which may be later than the event. */
  status?: WorkspaceStatus;
  statusReason?: string | null;
  /** Null in the message that says every now and then that nothing happened. */
  event?: WorkspaceEvent | null;
  /** Alone, and last. */
  error?: StreamError;
}

/** The workspace's log as GET .../logs has it, from its first line on and as it grows; ends when the workspace is deleted. */
export const events = api.streamOut<EventsHandshake, EventsMessage>(
  { expose: true, auth: true, path: "/workspace/:workspaceId/events" },
  async ({ workspaceId }, stream) => {
    const { id } = await ownedWorkspace(workspaceId);
    for await (const update of followEvents(id)) {
      try {
        await stream.send(update);
      } catch {
        // Whoever listened is gone; nothing else is told of that.
        return;
      }
    }
    await stream.close();
  },
);
