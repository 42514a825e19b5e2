import { randomUUID } from "node:crypto";
import { shortened } from "../../runtime/activity";
import type { EncodedMessage } from "../../runtime/host";
import { inOwnScope } from "../../runtime/own-scope";
import { redactJson, redactTexts } from "../../runtime/redact";
import type { Request } from "../../runtime/request";
import type { StartPrimitive } from "../running";
import { Deliveries } from "./deliveries";
import type { Subscription } from "./parse";

export type MessageHandler = (request: Request) => Promise<unknown>;

/** A message on its way to one subscription. */
export interface QueuedMessage {
  id: string;
  publishedAt: Date;
  message: EncodedMessage;
}

export class PubSubTopic {
  readonly #publish: (body: unknown) => string;

  constructor(publish: (body: unknown) => string) {
    this.#publish = publish;
  }

  /** Gives the message's id, once every subscription has the message. */
  async publish(body: unknown): Promise<string> {
    return this.#publish(body);
  }
}

export class PubSubSubscription {
  readonly #start: () => void;

  constructor(start: () => void) {
    this.#start = start;
  }

  /** Delivers messages from now on; the promise stays open, since the SDK takes its end for a lost connection. */
  subscribe(): Promise<void> {
    this.#start();
    return new Promise(() => undefined);
  }
}

interface PubSubSubscriptionConfig {
  topicName: string;
  subscriptionName: string;
  handler: MessageHandler;
}

/** Topics and subscriptions within the process: what is not delivered when it ends is lost, as under `encore run`. */
export const pubsub: StartPrimitive = (host) => {
  const deliveries = new Map<string, Deliveries>();
  for (const subscription of host.config.model.subscriptions) {
    deliveries.set(key(subscription.topic, subscription.name), new Deliveries(subscription, host));
  }
  const subscriptionsOf = (topic: string): Subscription[] =>
    host.config.model.subscriptions.filter((subscription) => subscription.topic === topic);

  const methods = {
    pubsubTopic(name: string): PubSubTopic {
      const codec = host.messageCodec(name);
      return new PubSubTopic((body) => {
        const queued: QueuedMessage = { id: randomUUID(), publishedAt: new Date(), message: codec.encode(body) };
        host.recorder?.record(() => ({
          kind: "published",
          at: queued.publishedAt.getTime(),
          topic: name,
          id: queued.id,
          body: shortened(redactJson(queued.message.body)),
          attributes: redactTexts(queued.message.attributes),
        }));
        if (!host.testMode) {
          for (const subscription of subscriptionsOf(name)) deliveries.get(key(name, subscription.name))?.add(queued);
        }
        return queued.id;
      });
    },
    pubsubSubscription({ topicName, subscriptionName, handler }: PubSubSubscriptionConfig): PubSubSubscription {
      const target = deliveries.get(key(topicName, subscriptionName));
      if (target === undefined)
        throw new Error(`subscription '${subscriptionName}' of topic '${topicName}' is not known`);
      return new PubSubSubscription(() => {
        if (!host.testMode) target.start((request) => inOwnScope(() => handler(request)));
      });
    },
  };
  return {
    methods,
    // Takes no more messages and waits for the handlers that run.
    shutDown: async () => void (await Promise.all([...deliveries.values()].map((delivery) => delivery.drain()))),
  };
};

function key(topic: string, subscription: string): string {
  return `${topic}/${subscription}`;
}
