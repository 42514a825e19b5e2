import type ts from "typescript";
import { Options, stringLiteral } from "../../model/literals";
import type { Module } from "../../model/modules";
import { docOf, locationOf } from "../../model/reporter";
import type { Field, Location, Schema } from "../../model/types";
import type { ParseContext, PrimitiveParser, Use } from "../parser";
import { snakeCase } from "./registry";

declare module "../../model/types" {
  interface AppModel {
    metrics: Metric[];
  }
}

export interface Metric {
  name: string;
  kind: "counter" | "gauge";
  /** Those whose code counts in it. */
  services: string[];
  doc?: string;
  location: Location;
}

/** `new Counter("name")`, `new CounterGroup<Labels>("name")`, and the same of gauges. */
export const metricsParser: PrimitiveParser<"metrics"> = {
  package: "encore.dev/metrics",
  exports: ["Counter", "CounterGroup", "Gauge", "GaugeGroup"],
  lists: () => ({ metrics: [] }),
  uses: {
    remedy: "Call a method of it; to hand it on, pass `metric.ref()`.",
    faultOf: ({ kind }) => (kind === "method" || kind === "constructor argument" ? undefined : "invalid metric usage"),
    onUse: noteUse,
  },

  parse(use, context) {
    const { node, topLevel } = use;
    const { reporter, model } = context;
    if (!topLevel) return reporter.report("E1101", node, { detail: use.name });
    const [first, config] = node.arguments ?? [];
    if (first === undefined) return reporter.report("E1005", node, { detail: "the metric's name" });
    const name = stringLiteral(first, reporter);
    if (config !== undefined) Options.of(config, { at: node, known: [], reporter });
    if (name === undefined) return;
    const fault = nameFault(name);
    if (fault !== undefined) return reporter.report("E1104", first, { detail: `'${name}': ${fault}` });
    const labels = node.typeArguments?.[0];
    if (labels !== undefined) checkLabels(labels, use, context);
    if (model.metrics.some((metric) => metric.name === name)) {
      return reporter.report("E1103", node, { detail: `metric '${name}'` });
    }
    const doc = docOf(node);
    context.bindResource(use, name);
    model.metrics.push({
      name,
      kind: use.name.startsWith("Counter") ? "counter" : "gauge",
      services: [],
      ...(doc === undefined ? {} : { doc }),
      location: locationOf(node),
    });
  },
};

/** A metric counts for the services that use it, so that each use must be within one. */
function noteUse(name: ts.Identifier, module: Module, context: ParseContext): void {
  const metric = context.model.metrics.find((candidate) => candidate.name === context.resourceName(name, module));
  const service = context.serviceOf(module.file);
  if (service === undefined)
    context.reporter.report("E1401", name, { detail: "a metric is used outside of every service" });
  else if (metric !== undefined && !metric.services.includes(service)) metric.services.push(service);
}

const LONGEST_NAME = 63;

/** Names are in lower case with underscores, and `e_` is kept for Encore's own. */
function nameFault(name: string): string | undefined {
  if (name === "" || name.length > LONGEST_NAME) return `it must have between 1 and ${LONGEST_NAME} characters`;
  if (!/^[a-z]/.test(name)) return "it must start with a lowercase letter";
  if (!/[a-z0-9]$/.test(name)) return "it must end with a lowercase letter or digit";
  if (!/^[a-z0-9_]+$/.test(name)) return "it must only contain lowercase letters, numbers, and underscores";
  return name.startsWith("e_") ? "it must not start with the reserved prefix 'e_'" : undefined;
}

function checkLabels(type: ts.TypeNode, use: Use, context: ParseContext): void {
  const { schema } = context.schemas.read(type, { module: use.module, bindings: new Map() });
  for (const field of context.schemas.fieldsOf(schema) ?? []) {
    const fault = labelFault(field, context);
    if (fault !== undefined) context.reporter.report("E1104", type, { detail: `label '${field.name}': ${fault}` });
  }
}

function labelFault({ name, schema }: Field, context: ParseContext): string | undefined {
  if (snakeCase(name) === "service") return "the label name 'service' is reserved for the runtime";
  return isLabelType(schema, context) ? undefined : "labels must be string, number or boolean, or unions of them";
}

function isLabelType(schema: Schema, context: ParseContext): boolean {
  const resolved = context.schemas.resolve(schema);
  if (resolved.kind === "union") return resolved.types.every((type) => isLabelType(type, context));
  return ["string", "number", "boolean", "literal"].includes(resolved.kind);
}
