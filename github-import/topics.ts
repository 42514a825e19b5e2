import { Topic } from "encore.dev/pubsub";

export interface ImportDue {
  importId: string;
}

/** A hint that an import has something to do; the row says what. */
export const importDue = new Topic<ImportDue>("import-due", { deliveryGuarantee: "at-least-once" });
