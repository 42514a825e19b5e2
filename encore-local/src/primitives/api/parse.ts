import path from "node:path";
import ts from "typescript";
import { Options, stringLiteral } from "../../model/literals";
import { docOf, locationOf } from "../../model/reporter";
import type { Endpoint, EndpointKind, Schema } from "../../model/types";
import { placeOf } from "../../schema/objects";
import { modulePath, type ParseContext, type PrimitiveParser, type Use } from "../parser";
import { readPath } from "./path-parameters";
import { checkQueryFields } from "./query-fields";
import { checkStaticPath, readStaticConfig, STATIC_OPTIONS } from "./static-config";

const KINDS: Record<string, EndpointKind> = {
  raw: "raw",
  static: "static",
  streamIn: "streamIn",
  streamOut: "streamOut",
  streamInOut: "streamInOut",
};
const METHODS = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];
const OPTIONS = ["method", "path", "expose", "auth", "bodyLimit", "tags", "sensitive"].concat(STATIC_OPTIONS);
const DEFAULT_BODY_LIMIT = 2 * 1024 * 1024;

/** `api(...)`, `api.raw(...)`, `api.static(...)` and the streams. */
export const apiParser: PrimitiveParser = {
  package: "encore.dev/api",
  exports: ["api"],
  lists: () => ({}),
  inService: true,

  parse(use, context) {
    const { node, binding, member } = use;
    const { reporter } = context;
    const kind = member === undefined ? "typed" : KINDS[member];
    if (kind === undefined) return;
    if (!use.topLevel) return reporter.report("E1101", node, { detail: "an endpoint" });
    if (binding === undefined) return reporter.report("E1102", node, { detail: "an endpoint" });
    const service = context.serviceOf(use.module.file);
    if (service === undefined) return reporter.report("E1401", node, { detail: "an endpoint" });
    const options = Options.of(node.arguments?.[0], { at: node, known: OPTIONS, reporter });
    if (options === undefined) return;
    const handler = node.arguments?.[1];
    if (kind !== "static" && handler === undefined) {
      return reporter.report("E1005", node, { detail: "the endpoint's handler" });
    }
    const endpoint = readEndpoint({ use, context, options, kind, service, name: binding.name });
    if (endpoint === undefined) return;
    context.bindResource(use, `${service}.${binding.name}`);
    context.model.services.find(({ name }) => name === service)?.endpoints.push(endpoint);
  },
};

interface EndpointUse {
  use: Use;
  context: ParseContext;
  options: Options;
  kind: EndpointKind;
  service: string;
  name: string;
}

function readEndpoint(endpointUse: EndpointUse): Endpoint | undefined {
  const { use, context, options, kind, service, name } = endpointUse;
  const schemas = readTypes(endpointUse);
  if (schemas?.response !== undefined) checkStatusFields(schemas.response, { use, context });
  const methods = readMethods(endpointUse);
  const pathText = options.has("path") ? options.string("path") : `/${service}.${name}`;
  if (schemas === undefined || methods === undefined || pathText === undefined) return undefined;
  const at = options.expression("path") ?? use.node;
  const segments = readPath(pathText, {
    at,
    context,
    request: schemas.request,
    checked: kind !== "raw" && kind !== "static",
  });
  if (segments === undefined) return undefined;
  if (schemas.request !== undefined)
    checkQueryFields(schemas.request, { name, at: use.node, context, methods, segments });
  if (kind === "static") checkStaticPath(segments, at, context);
  const staticConfig = kind === "static" ? readStaticConfig(options, { use, context }) : undefined;
  const bodyLimit = options.numberOrNull("bodyLimit");
  const doc = docOf(use.node);
  return {
    service,
    name,
    kind,
    module: modulePath(use),
    binding: name,
    exported: use.binding?.exported ?? false,
    ...(doc === undefined ? {} : { doc }),
    expose: options.boolean("expose") ?? false,
    auth: options.boolean("auth") ?? false,
    tags: options.strings("tags") ?? [],
    methods,
    path: segments,
    bodyLimit: bodyLimit === undefined ? DEFAULT_BODY_LIMIT : bodyLimit,
    ...schemas,
    ...(staticConfig === undefined ? {} : { static: staticConfig }),
    location: locationOf(use.node),
  };
}

function readMethods({ context, options, kind }: EndpointUse): string[] | undefined {
  if (kind === "static") return ["HEAD", "GET"];
  if (kind.startsWith("stream")) return ["GET"];
  const node = options.expression("method");
  if (node === undefined) return ["POST"];
  const refuse = (detail: string): undefined => context.reporter.report("E1304", node, { detail }) as undefined;
  if (!ts.isStringLiteral(node) && !ts.isArrayLiteralExpression(node)) return refuse("it must be a string or a list");
  const items: ts.Expression[] = ts.isStringLiteral(node) ? [node] : [...node.elements];
  const methods = items.flatMap((item) => stringLiteral(item, context.reporter) ?? []);
  const wrong = methods.find((method) => method !== "*" && !METHODS.includes(method));
  if (wrong !== undefined) return refuse(wrong);
  if (methods.includes("*") && methods.length > 1) return refuse("'*' stands for all of them");
  return methods.length < items.length ? undefined : [...new Set(methods)].sort();
}

type Schemas = Pick<Endpoint, "request" | "response" | "incoming" | "outgoing">;

/** The types that the endpoint names: annotations of the handler first, then what stands between the angle brackets. */
function readTypes({ use, context, kind }: EndpointUse): Schemas | undefined {
  const { node } = use;
  const handler = handlerFunction(node.arguments?.[1]);
  if (kind === "raw" || kind === "static") return {};
  if (handler?.typeParameters !== undefined) {
    context.reporter.report("E1202", handler, { detail: "a handler with type parameters" });
    return undefined;
  }
  const generics = [...(node.typeArguments ?? [])];
  const read = (type: ts.TypeNode | undefined) => readObjectType(type, use, context);
  if (kind === "typed") {
    return compact({
      request: read(annotation(handler?.parameters[0]) ?? generics[0]),
      response: read(handler?.type ?? generics[1]),
    });
  }
  const hasHandshake = handler?.parameters.length === 2;
  const allowed = { streamIn: [1, 2], streamOut: [1], streamInOut: [2] }[kind].map((n) => n + (hasHandshake ? 1 : 0));
  if (!allowed.includes(generics.length)) {
    const detail = `expected ${allowed.join(" or ")}, found ${generics.length}`;
    context.reporter.report("E1305", node, { detail });
    return undefined;
  }
  const request = hasHandshake ? read(generics.shift()) : undefined;
  const [first, second] = generics;
  if (kind === "streamOut") return compact({ request, outgoing: read(first) });
  if (kind === "streamIn") return compact({ request, incoming: read(first), response: read(second ?? handler?.type) });
  return compact({ request, incoming: read(first), outgoing: read(second) });
}

function compact(schemas: { [K in keyof Schemas]: Schemas[K] | undefined }): Schemas {
  return Object.fromEntries(Object.entries(schemas).filter(([, schema]) => schema !== undefined));
}

function checkStatusFields(response: Schema, { use, context }: Pick<EndpointUse, "use" | "context">): void {
  const statuses = (context.schemas.fieldsOf(response) ?? []).filter(({ wire }) => wire?.in === "status");
  const [, second] = statuses;
  if (second !== undefined) {
    context.reporter.report("E1208", placeOf(second) ?? use.node, {
      detail: statuses.map(({ name }) => name).join(", "),
    });
  }
}

/** A request or a response must be an object; `void` is no schema at all. */
function readObjectType(type: ts.TypeNode | undefined, use: Use, context: ParseContext): Schema | undefined {
  if (type === undefined) return undefined;
  const before = context.reporter.diagnostics.length;
  const { schema, nothing } = context.schemas.read(type, { module: use.module, bindings: new Map() });
  if (nothing === true) return undefined;
  const fields = context.schemas.fieldsOf(schema);
  if (fields === undefined && context.reporter.diagnostics.length === before) {
    const at = withoutPromise(type);
    context.reporter.report("E1201", at, { detail: `found ${at.getText()}` });
  }
  return schema;
}

function withoutPromise(type: ts.TypeNode): ts.TypeNode {
  const isPromise = ts.isTypeReferenceNode(type) && type.typeName.getText() === "Promise";
  return (isPromise ? type.typeArguments?.[0] : undefined) ?? type;
}

/** A parameter with a default value has no type to Encore's parser. */
const annotation = (parameter: ts.ParameterDeclaration | undefined): ts.TypeNode | undefined =>
  parameter?.initializer === undefined ? parameter?.type : undefined;

function handlerFunction(handler: ts.Expression | undefined): ts.ArrowFunction | ts.FunctionExpression | undefined {
  if (handler === undefined) return undefined;
  return ts.isArrowFunction(handler) || ts.isFunctionExpression(handler) ? handler : undefined;
}

/** Absolute path of a file or folder that options name relative to their own file. */
export function besideModule(use: Use, { root }: ParseContext, relative: string): string {
  return path.join(root, path.dirname(use.module.file), relative);
}
