import { Options, stringLiteral } from "../../model/literals";
import { docOf, locationOf } from "../../model/reporter";
import type { Location, Schema } from "../../model/types";
import { modulePath, type ParseContext, type PrimitiveParser, type Use } from "../parser";
import { parseDuration } from "./duration";

declare module "../../model/types" {
  interface AppModel {
    topics: Topic[];
    subscriptions: Subscription[];
  }
}

export interface Topic {
  name: string;
  message: Schema;
  deliveryGuarantee: "at-least-once" | "exactly-once";
  orderingAttribute?: string;
  doc?: string;
  location: Location;
}

export interface Subscription {
  name: string;
  topic: string;
  /** The service whose code handles the messages. */
  service: string;
  module: string;
  /** Nanoseconds are not representable here; all durations are milliseconds. */
  ackDeadlineMs: number;
  messageRetentionMs: number;
  retryPolicy: { minBackoffMs: number; maxBackoffMs: number; maxRetries: number };
  /** True when the app sets no retry policy at all (locally such a message is retried twice, then dropped). */
  defaultRetryPolicy: boolean;
  maxConcurrency: number;
  location: Location;
}

/** `new Topic<Message>("name", { deliveryGuarantee: "at-least-once" })` */
export const topicParser: PrimitiveParser<"topics"> = {
  package: "encore.dev/pubsub",
  exports: ["Topic"],
  lists: () => ({ topics: [] }),
  uses: {
    remedy: "Call `publish` on it; to hand it on, pass `topic.ref<Publisher>()`.",
    faultOf: ({ kind }) => (kind === "method" || kind === "constructor argument" ? undefined : "invalid topic usage"),
  },

  parse(use, context) {
    const { node } = use;
    const { reporter, model } = context;
    if (!use.topLevel) return reporter.report("E1101", node, { detail: "Topic" });
    const name = nameArgument(use, context, 0);
    const known = ["deliveryGuarantee", "orderingAttribute"];
    const options = Options.of(node.arguments?.[1], { at: node, known, reporter });
    const guarantee = options?.string("deliveryGuarantee");
    if (guarantee !== undefined && guarantee !== "at-least-once" && guarantee !== "exactly-once") {
      const remedy = 'Use "at-least-once" or "exactly-once".';
      reporter.report("E1003", options?.expression("deliveryGuarantee") ?? node, { detail: guarantee, remedy });
    }
    const message = node.typeArguments?.[0];
    if (message === undefined)
      return reporter.report("E1005", node, { detail: "the message's type, as in Topic<Message>" });
    if (name === undefined || options === undefined) return;
    if (model.topics.some((topic) => topic.name === name)) {
      return reporter.report("E1103", node, { detail: `topic '${name}'` });
    }
    const reading = context.schemas.read(message, { module: use.module, bindings: new Map() });
    const orderingAttribute = options.string("orderingAttribute");
    const doc = docOf(node);
    context.bindResource(use, name);
    model.topics.push({
      name,
      message: reading.schema,
      deliveryGuarantee: guarantee === "exactly-once" ? "exactly-once" : "at-least-once",
      ...(orderingAttribute === undefined ? {} : { orderingAttribute }),
      ...(doc === undefined ? {} : { doc }),
      location: locationOf(node),
    });
  },
};

/** What holds where a subscription does not say otherwise (https://encore.dev/docs/ts/primitives/pubsub). */
const DEFAULTS = {
  ackDeadlineMs: 30_000,
  messageRetentionMs: 7 * 24 * 3_600_000,
  minBackoffMs: 10_000,
  maxBackoffMs: 600_000,
  maxRetries: 100,
  maxConcurrency: 100,
};

const SUBSCRIPTION = ["handler", "maxConcurrency", "ackDeadline", "messageRetention", "retryPolicy"];

/** `new Subscription(topic, "name", { handler, ... })` */
export const subscriptionParser: PrimitiveParser<"subscriptions"> = {
  package: "encore.dev/pubsub",
  exports: ["Subscription"],
  lists: () => ({ subscriptions: [] }),
  inService: true,

  parse(use, context) {
    const { node } = use;
    if (!use.topLevel) return context.reporter.report("E1101", node, { detail: "Subscription" });
    const name = nameArgument(use, context, 1);
    const service = context.serviceOf(use.module.file);
    if (service === undefined) return context.reporter.report("E1401", node, { detail: "Subscription" });
    const options = Options.of(node.arguments?.[2], { at: node, known: SUBSCRIPTION, reporter: context.reporter });
    if (name === undefined || options === undefined) return;
    if (!options.has("handler")) context.reporter.report("E1005", options.node, { detail: "handler" });
    const subscription = { name, service, module: modulePath(use), ...readPolicy(options, context) };
    context.later(() => addSubscription(subscription, use, context));
  },
};

function addSubscription(
  subscription: Omit<Subscription, "topic" | "location">,
  use: Use,
  context: ParseContext,
): void {
  const { reporter, model } = context;
  const argument = use.node.arguments?.[0];
  const topic = argument === undefined ? undefined : context.resourceName(argument, use.module);
  if (topic === undefined) {
    reporter.report("E1503", argument ?? use.node, { detail: "the subscription's topic" });
  } else if (model.subscriptions.some((other) => other.topic === topic && other.name === subscription.name)) {
    reporter.report("E1103", use.node, { detail: `subscription '${subscription.name}' of topic '${topic}'` });
  } else {
    model.subscriptions.push({ ...subscription, topic, location: locationOf(use.node) });
  }
}

type Policy = Pick<
  Subscription,
  "ackDeadlineMs" | "messageRetentionMs" | "retryPolicy" | "defaultRetryPolicy" | "maxConcurrency"
>;

function readPolicy(options: Options, context: ParseContext): Policy {
  const retry = options.nested("retryPolicy", ["minBackoff", "maxBackoff", "maxRetries"]);
  const duration = (from: Options | undefined, name: string, fallback: number) =>
    from === undefined ? fallback : (readDuration(from, name, context) ?? fallback);
  return {
    ackDeadlineMs: duration(options, "ackDeadline", DEFAULTS.ackDeadlineMs),
    messageRetentionMs: duration(options, "messageRetention", DEFAULTS.messageRetentionMs),
    retryPolicy: {
      minBackoffMs: duration(retry, "minBackoff", DEFAULTS.minBackoffMs),
      maxBackoffMs: duration(retry, "maxBackoff", DEFAULTS.maxBackoffMs),
      maxRetries: retry?.number("maxRetries") ?? DEFAULTS.maxRetries,
    },
    defaultRetryPolicy: retry === undefined,
    maxConcurrency: options.number("maxConcurrency") ?? DEFAULTS.maxConcurrency,
  };
}

function readDuration(options: Options, name: string, { reporter }: ParseContext): number | undefined {
  const text = options.string(name);
  if (text === undefined) return undefined;
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) reporter.report("E1501", options.expression(name) ?? options.node, { detail: text });
  return milliseconds;
}

function nameArgument({ node }: Use, { reporter }: ParseContext, index: number): string | undefined {
  const argument = node.arguments?.[index];
  if (argument !== undefined) return stringLiteral(argument, reporter);
  reporter.report("E1005", node, { detail: "the name" });
  return undefined;
}
