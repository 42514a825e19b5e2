import {
  defaultPlaceOf,
  type FieldsByPlace,
  pathParameterNames,
  placeFields,
  topFields,
  wireName,
} from "../endpoint/fields";
import type { Declaration, Endpoint } from "../model/types";
import { type DocComment, readDocComment, summaryOf } from "./doc-comment";
import { errorResponses } from "./errors";
import { parametersOf } from "./parameters";
import type { Schemas } from "./schemas";
import { type Security, securityOf } from "./security";
import type { JsonSchema } from "./validation-keywords";

export interface OperationContext {
  declarations: Record<string, Declaration>;
  schemas: Schemas;
  security: Security | undefined;
}

const HAS_BODY = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** One endpoint under one of its methods. */
export function operationOf(endpoint: Endpoint, method: string, context: OperationContext): JsonSchema {
  const doc = readDocComment(endpoint.doc);
  const { security, schemas, declarations } = context;
  const fields = topFields(endpoint.request, declarations);
  const inPath = new Set(pathParameterNames(endpoint));
  const places = placeFields(
    fields.filter(({ name }) => !inPath.has(name)),
    defaultPlaceOf(method),
  );
  const parameters = parametersOf(endpoint, { fields, places, schemas });
  const required = securityOf(endpoint.auth, security);
  return {
    operationId: endpoint.methods.length === 1 ? idOf(endpoint) : `${idOf(endpoint)}.${method.toLowerCase()}`,
    tags: [endpoint.service],
    ...summary(doc),
    ...(doc.deprecated ? { deprecated: true } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...requestBody(endpoint, method, { context, doc, body: places.body }),
    responses: responsesOf(endpoint, method, { context, doc }),
    ...(required === undefined ? {} : { security: required }),
    ...streamOf(endpoint, schemas),
  };
}

const idOf = ({ service, name }: Endpoint): string => `${service}.${name}`;

function summary({ text }: DocComment): JsonSchema {
  if (text === undefined) return {};
  const short = summaryOf(text);
  return { summary: short, ...(text.length > short.length + 1 ? { description: text } : {}) };
}

function requestBody(
  endpoint: Endpoint,
  method: string,
  { context, doc, body }: { context: OperationContext; doc: DocComment; body: Parameters<Schemas["object"]>[0] },
): JsonSchema {
  if (endpoint.kind === "raw" && HAS_BODY.has(method)) {
    const description = "Whatever the endpoint's code reads: it is given the request as it comes.";
    return { requestBody: { description, content: { "*/*": {} } } };
  }
  if (body.length === 0) return {};
  const schema = context.schemas.objectOf(endpoint.request, body);
  return { requestBody: { required: true, content: json(schema, doc.examples) } };
}

function responsesOf(
  endpoint: Endpoint,
  method: string,
  { context, doc }: { context: OperationContext; doc: DocComment },
): JsonSchema {
  const errors = errorResponses(doc.throws);
  switch (endpoint.kind) {
    case "typed":
      return typedResponses(endpoint, method, { context, doc });
    case "raw":
      return {
        default: {
          description: "Whatever the endpoint's code writes, in status, headers and body.",
          content: ANYTHING,
        },
        ...(context.security === undefined || !endpoint.auth ? {} : { 401: errors["401"] }),
      };
    case "static":
      return {
        200: { description: "A file.", content: ANYTHING },
        206: { description: "A part of a file, where the request has a Range.", content: ANYTHING },
        304: { description: "The file that the request knows already." },
        [endpoint.static?.notFoundStatus ?? 404]: { description: "There is no such file.", content: ANYTHING },
        416: { description: "The Range lies outside of the file." },
      };
    default:
      return { 101: { description: "The connection is a WebSocket from here on." }, ...errors };
  }
}

const ANYTHING = { "*/*": {} };

/** A handler that chooses the status may answer with what it declares under any, those of errors included. */
function typedResponses(
  { response, methods }: Endpoint,
  method: string,
  { context, doc }: { context: OperationContext; doc: DocComment },
): JsonSchema {
  const places = placeFields(topFields(response, context.declarations), "body", true);
  const schema = context.schemas.objectOf(response, places.body);
  const headers = headersOf(places, context.schemas);
  const takesBody = methods.some((candidate) => defaultPlaceOf(candidate) === "body");
  const examples = [...doc.responseExamples, ...(takesBody ? [] : doc.examples)];
  const hasBody = places.body.length > 0 && method !== "HEAD";
  const answer = { ...headers, ...(hasBody ? { content: json(schema, examples) } : {}) };
  if (places.status === undefined)
    return { 200: { description: "It went well.", ...answer }, ...errorResponses(doc.throws) };
  const anything = { anyOf: [...(hasBody ? [schema] : []), { $ref: "#/components/schemas/APIError" }] };
  return {
    "2XX": { description: "It went well; the handler chooses the status.", ...answer },
    default: {
      description: "An error, or the answer with another status that the handler chooses.",
      content: { ...json(anything, []), "text/plain": { schema: { type: "string" } } },
    },
  };
}

function headersOf({ header, cookie }: FieldsByPlace, schemas: Schemas): JsonSchema {
  const headers = Object.fromEntries([
    ...header.map((field) => [
      wireName(field),
      { ...(field.optional ? {} : { required: true }), schema: schemas.field(field) },
    ]),
    ...(cookie.length === 0 ? [] : [["Set-Cookie", setCookie(cookie.map(wireName))]]),
  ]);
  return Object.keys(headers).length === 0 ? {} : { headers };
}

function setCookie(names: string[]): JsonSchema {
  return { description: `Sets ${names.join(", ")}.`, schema: { type: "string" } };
}

function json(schema: JsonSchema, examples: unknown[]): JsonSchema {
  const named = examples.map((value, index) => [`example${index + 1}`, { value }] as const);
  return {
    "application/json": { schema, ...(named.length === 0 ? {} : { examples: Object.fromEntries(named) }) },
  };
}

/** OpenAPI knows no WebSockets: what goes over them, each message a JSON text, is told in an extension. */
function streamOf({ kind, incoming, outgoing, response }: Endpoint, schemas: Schemas): JsonSchema {
  if (!kind.startsWith("stream")) return {};
  return {
    "x-encore-stream": {
      kind,
      subprotocol: "encore-ws",
      ...(incoming === undefined ? {} : { clientSends: schemas.of(incoming) }),
      ...(outgoing === undefined ? {} : { serverSends: schemas.of(outgoing) }),
      ...(response === undefined ? {} : { serverAnswers: schemas.of(response) }),
    },
  };
}
