import { Topic } from "encore.dev/pubsub";

export interface WorkspaceDue {
  workspaceId: string;
}

/** A hint that there is something to do for a workspace; the row says what. */
export const workspaceDue = new Topic<WorkspaceDue>("workspace-due", { deliveryGuarantee: "at-least-once" });
