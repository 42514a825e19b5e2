import { Topic } from "encore.dev/pubsub";

export interface Order {
  id: number;
  article: string;
  paymentToken: string;
}

/** Whatever was ordered. */
export const orders = new Topic<Order>("orders", { deliveryGuarantee: "at-least-once" });
