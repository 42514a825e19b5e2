import { api } from "encore.dev/api";
import { ownedWorkspace } from "./access";
import { followEvents, type WorkspaceUpdate } from "./follow-events";

interface EventsHandshake {
  workspaceId: string;
}

/** The workspace's log as GET .../logs has it, from its first line on and as it grows; ends when the workspace is deleted. */
export const events = api.streamOut<EventsHandshake, WorkspaceUpdate>(
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
