import { Topic } from "encore.dev/pubsub";

export interface Visit {
  id: string;
  at: Date;
}

export const visits = new Topic<Visit>("visits", { deliveryGuarantee: "at-least-once" });
