import { topFields } from "../endpoint/fields";
import type { AppModel, Declaration, Schema } from "../model/types";
import type { CronJob } from "../primitives/cron/parse";
import { nextRun } from "../primitives/cron/schedule";
import type { Subscription, Topic } from "../primitives/pubsub/parse";
import { describeEndpoint, describeParameter, type EndpointDescription, type Parameter } from "./describe-endpoint";

/** All that the page shows of an app. Secrets have no values here. */
export interface AppDescription {
  name: string;
  /** Such as `http://127.0.0.1:4000`. */
  url: string;
  streamUrl: string;
  services: { name: string; doc?: string; endpoints: EndpointDescription[] }[];
  declarations: Record<string, Pick<Declaration, "name" | "schema" | "doc">>;
  /** What the auth handler reads; none without one. */
  auth: (Parameter & { in: "header" | "query" | "cookie" })[];
  topics: TopicDescription[];
  cron: { on: boolean; jobs: (Pick<CronJob, "name" | "title" | "endpoint"> & { schedule: string; next?: number })[] };
  secrets: { name: string; set: boolean; source: string }[];
  databases: string[];
}

export interface TopicDescription extends Pick<Topic, "name" | "doc" | "deliveryGuarantee"> {
  message: Schema;
  source: string;
  subscriptions: Pick<Subscription, "name" | "service" | "maxConcurrency" | "retryPolicy">[];
}

export interface DescribeOptions {
  model: AppModel;
  secrets: Record<string, string>;
  url: string;
  cron: boolean;
}

export function describeApp({ model, secrets, url, cron }: DescribeOptions): AppDescription {
  const { declarations } = model;
  return {
    name: model.app.name,
    url,
    streamUrl: streamUrlOf(url),
    services: model.services.map(({ name, doc, endpoints }) => ({
      ...{ name, doc },
      endpoints: endpoints.map((endpoint) => describeEndpoint(endpoint, declarations)),
    })),
    declarations: Object.fromEntries(
      Object.entries(declarations).map(([id, { name, schema, doc }]) => [id, { name, schema, doc }]),
    ),
    auth: describeAuth(model),
    topics: model.topics.map((topic) => describeTopic(topic, model)),
    cron: { on: cron, jobs: model.cronJobs.map((job) => describeJob(job)) },
    secrets: model.secrets.map(({ name, location }) => ({
      name,
      set: Object.hasOwn(secrets, name),
      source: `${location.file}:${location.line}`,
    })),
    databases: model.databases.map(({ name }) => name),
  };
}

export const streamUrlOf = (url: string): string => url.replace(/^http/, "ws");

function describeAuth({ gateways, declarations }: AppModel): AppDescription["auth"] {
  const handler = gateways.find(({ authHandler }) => authHandler !== undefined)?.authHandler;
  return topFields(handler?.params, declarations).map((field) => {
    const place = field.wire?.in;
    return {
      ...describeParameter(field, declarations),
      in: place === "header" || place === "cookie" ? place : "query",
    };
  });
}

function describeTopic({ name, doc, deliveryGuarantee, message, location }: Topic, model: AppModel): TopicDescription {
  return {
    ...{ name, doc, deliveryGuarantee, message },
    source: `${location.file}:${location.line}`,
    subscriptions: model.subscriptions
      .filter(({ topic }) => topic === name)
      .map(({ name, service, maxConcurrency, retryPolicy }) => ({ name, service, maxConcurrency, retryPolicy })),
  };
}

function describeJob({ name, title, endpoint, schedule }: CronJob): AppDescription["cron"]["jobs"][number] {
  const text = schedule.kind === "cron" ? `${schedule.expression} (UTC)` : `every ${schedule.minutes} minutes`;
  return { name, title, endpoint, schedule: text, next: nextRun(schedule, new Date())?.getTime() };
}
