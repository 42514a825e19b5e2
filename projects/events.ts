import { Topic } from "encore.dev/pubsub";

export interface ProjectDeleted {
  projectId: string;
}

/** A project was marked as deleted. Whoever keeps something for a project removes it on this message. */
export const projectDeleted = new Topic<ProjectDeleted>("project-deleted", { deliveryGuarantee: "at-least-once" });
