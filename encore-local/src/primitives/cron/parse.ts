import { Options, stringLiteral } from "../../model/literals";
import { locationOf } from "../../model/reporter";
import type { Location } from "../../model/types";
import type { ParseContext, PrimitiveParser } from "../parser";
import { parseDuration } from "../pubsub/duration";
import { scheduleFault } from "./schedule";

declare module "../../model/types" {
  interface AppModel {
    cronJobs: CronJob[];
  }
}

export interface CronJob {
  name: string;
  title: string;
  schedule: { kind: "every"; minutes: number } | { kind: "cron"; expression: string };
  endpoint: { service: string; name: string };
  location: Location;
}

/** `new CronJob("name", { title, every | schedule, endpoint })` */
export const cronParser: PrimitiveParser<"cronJobs"> = {
  package: "encore.dev/cron",
  exports: ["CronJob"],
  lists: () => ({ cronJobs: [] }),

  parse(use, context) {
    const { node } = use;
    const { reporter, model } = context;
    if (!use.topLevel) return reporter.report("E1101", node, { detail: "CronJob" });
    const argument = node.arguments?.[0];
    const name = argument === undefined ? undefined : stringLiteral(argument, reporter);
    const known = ["endpoint", "title", "every", "schedule"];
    const options = Options.of(node.arguments?.[1], { at: node, known, reporter });
    if (name === undefined || options === undefined) return;
    const schedule = readSchedule(options, context);
    if (schedule === undefined) return;
    const title = options.string("title") ?? name;
    context.later(() => {
      if (model.cronJobs.some((job) => job.name === name)) {
        return reporter.report("E1103", node, { detail: `cron job '${name}'` });
      }
      const target = options.expression("endpoint");
      const resource = target === undefined ? undefined : context.resourceName(target, use.module);
      const endpoint = endpointNamed(resource, context);
      if (endpoint === undefined) {
        return reporter.report("E1503", target ?? node, { detail: "the cron job's endpoint" });
      }
      model.cronJobs.push({ name, title, schedule, endpoint, location: locationOf(node) });
    });
  },
};

function endpointNamed(resource: string | undefined, { model }: ParseContext): CronJob["endpoint"] | undefined {
  const all = model.services.flatMap((service) => service.endpoints);
  const found = all.find((endpoint) => `${endpoint.service}.${endpoint.name}` === resource);
  return found === undefined ? undefined : { service: found.service, name: found.name };
}

const MINUTES_A_DAY = 24 * 60;

/** Either `every`, of whole minutes up to a day, or `schedule`, of five fields. */
function readSchedule(options: Options, { reporter }: ParseContext): CronJob["schedule"] | undefined {
  const every = options.string("every");
  const expression = options.string("schedule");
  if ((every === undefined) === (expression === undefined)) {
    reporter.report("E1502", options.node, { detail: "either `every` or `schedule` must be there, and not both" });
    return undefined;
  }
  if (every !== undefined) {
    const minutes = (parseDuration(every) ?? 0) / 60_000;
    if (minutes >= 1 && Number.isInteger(minutes) && minutes <= MINUTES_A_DAY) return { kind: "every", minutes };
    reporter.report("E1502", options.expression("every") ?? options.node, { detail: every });
    return undefined;
  }
  const fault = scheduleFault(expression ?? "");
  if (expression !== undefined && fault === undefined) return { kind: "cron", expression };
  reporter.report("E1502", options.expression("schedule") ?? options.node, { detail: fault });
  return undefined;
}
