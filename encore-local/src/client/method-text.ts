import { defaultPlaceOf, type FieldsByPlace, pathParameterNames, placeFields, wireName } from "../endpoint/fields";
import type { Endpoint, Field, PathSegment } from "../model/types";
import { docText, indent } from "./doc-text";
import { identifier, member, parameterName, propertyKey } from "./identifiers";
import type { TypeText } from "./type-text";

export interface MethodContext {
  types: TypeText;
  namespace: string;
}

/** The method by which a client calls an endpoint. */
export function methodText(endpoint: Endpoint, context: MethodContext): string {
  const { parameters, result, body } = partsOf(endpoint, context);
  const signature = `public async ${identifier(endpoint.name)}(${parameters.join(", ")}): Promise<${result}>`;
  return `${docText(endpoint.doc)}${signature} {\n${indent(body)}}\n`;
}

interface MethodParts {
  parameters: string[];
  result: string;
  /** Lines. */
  body: string;
}

function partsOf(endpoint: Endpoint, context: MethodContext): MethodParts {
  switch (endpoint.kind) {
    case "raw":
    case "static":
      return rawParts(endpoint);
    case "typed":
      return typedParts(endpoint, context);
    default:
      return streamParts(endpoint, context);
  }
}

/** The method that a client uses where an endpoint has several. */
function clientMethod({ methods: [first = "POST", ...more] }: Endpoint): string {
  return first === "*" || [first, ...more].includes("POST") ? "POST" : first;
}

function rawParts({ methods, path }: Endpoint): MethodParts {
  const method = methods.includes("*") ? "string" : methods.map((name) => JSON.stringify(name)).join(" | ");
  return {
    parameters: [
      `method: ${method}`,
      ...pathParameters(path),
      'body?: globalThis.RequestInit["body"]',
      "options?: CallParameters",
    ],
    result: "globalThis.Response",
    body: `return this.baseClient.callAPI(method, ${pathText(path)}, body, options);\n`,
  };
}

function typedParts(endpoint: Endpoint, context: MethodContext): MethodParts {
  const method = clientMethod(endpoint);
  const { places, parameters } = requestOf(endpoint, method, context);
  const { setUp, options } = wireText(places);
  const wholeBody = places.header.length + places.query.length === 0;
  const entries = places.body.map(({ name }) => `${propertyKey(name)}: ${member("params", name)}`);
  const body =
    places.body.length === 0 ? "undefined" : `JSON.stringify(${wholeBody ? "params" : `{ ${entries.join(", ")} }`})`;
  const args = [JSON.stringify(method), pathText(endpoint.path), body, options].filter(
    (arg, index, all) => arg !== "undefined" || all.slice(index).some((later) => later !== "undefined"),
  );
  const call = `await this.baseClient.callTypedAPI(${args.join(", ")})`;
  const answer = answerOf(endpoint, context);
  return {
    parameters,
    result: answer.type,
    body: `${setUp}${answer.lines === undefined ? `${call};\n` : `const resp = ${call};\n${answer.lines}`}`,
  };
}

function answerOf({ response }: Endpoint, { types, namespace }: MethodContext): { type: string; lines?: string } {
  if (response === undefined) return { type: "void" };
  const { body, header } = placeFields(types.fieldsOf(response), "body", true);
  const type = types.objectOf(response, [...body, ...header], namespace);
  if (header.length === 0) return { type, lines: `return await readJSON<${type}>(resp);\n` };
  const headers = header.map((field) => `${propertyKey(field.name)}: ${headerRead(field)}`);
  return {
    type,
    lines: `const body = await readJSON<${type}>(resp);\nreturn { ...body, ${headers.join(", ")} };\n`,
  };
}

/** How a field of an answer is read from its header. A page in a browser is not shown Set-Cookie. */
function headerRead(field: Field): string {
  if (wireName(field).toLowerCase() === "set-cookie") {
    return field.schema.kind === "array" ? "resp.headers.getSetCookie()" : "resp.headers.getSetCookie()[0] as any";
  }
  const name = JSON.stringify(wireName(field));
  const reader = field.optional ? "optionalHeader" : "requiredHeader";
  switch (field.schema.kind) {
    case "array":
      return `${reader}(resp, ${name}, (text) => [text])`;
    case "number":
      return `${reader}(resp, ${name}, Number)`;
    case "boolean":
      return `${reader}(resp, ${name}, (text) => text === "true")`;
    default:
      return `${reader}(resp, ${name}, (text) => text as any)`;
  }
}

const STREAMS = { streamIn: "createStreamOut", streamOut: "createStreamIn", streamInOut: "createStreamInOut" };

function streamParts(endpoint: Endpoint, context: MethodContext): MethodParts {
  const { kind, incoming, outgoing, response, path } = endpoint;
  if (kind !== "streamIn" && kind !== "streamOut" && kind !== "streamInOut") throw new Error(`${kind} is no stream`);
  const { places, parameters } = requestOf(endpoint, "GET", context);
  const { setUp, options } = wireText(places);
  const type = (schema: Endpoint["incoming"]) =>
    schema === undefined ? "void" : context.types.of(schema, context.namespace);
  const result = {
    streamIn: `StreamOut<${type(incoming)}, ${type(response)}>`,
    streamOut: `StreamIn<${type(outgoing)}>`,
    streamInOut: `StreamInOut<${type(incoming)}, ${type(outgoing)}>`,
  }[kind];
  const args = [pathText(path), ...(options === "undefined" && kind !== "streamIn" ? [] : [options])];
  if (kind === "streamIn") args.push(String(response !== undefined));
  return { parameters, result, body: `${setUp}return await this.baseClient.${STREAMS[kind]}(${args.join(", ")});\n` };
}

function requestOf(
  endpoint: Endpoint,
  method: string,
  { types, namespace }: MethodContext,
): { places: FieldsByPlace; parameters: string[] } {
  const inPath = new Set(pathParameterNames(endpoint));
  const fields = endpoint.request === undefined ? [] : types.fieldsOf(endpoint.request);
  const rest = fields.filter(({ name, wire }) => !inPath.has(name) && wire?.in !== "cookie");
  const parameters = pathParameters(endpoint.path);
  if (endpoint.request !== undefined && rest.length > 0) {
    parameters.push(`params: ${types.objectOf(endpoint.request, rest, namespace)}`);
  }
  return { places: placeFields(rest, defaultPlaceOf(method)), parameters };
}

function pathParameters(path: PathSegment[]): string[] {
  return path.flatMap((segment) => {
    if (segment.kind === "literal") return [];
    const type = segment.kind !== "param" ? "string[]" : segment.type === "bigint" ? "string" : segment.type;
    return [`${parameterName(segment.name)}: ${type}`];
  });
}

/** The path as a template string. */
function pathText(path: PathSegment[]): string {
  const segments = path.map((segment) => {
    if (segment.kind === "literal") return segment.value.replace(/[`\\$]/g, "\\$&");
    const name = parameterName(segment.name);
    return segment.kind === "param"
      ? `\${encodeURIComponent(${name})}`
      : `\${${name}.map(encodeURIComponent).join("/")}`;
  });
  return `\`/${segments.join("/")}\``;
}

/** What is sent in headers and in the query. */
function wireText({ header, query }: FieldsByPlace): { setUp: string; options: string } {
  const record = (fields: Field[], write: string) =>
    `{\n${indent(fields.map((field) => `${propertyKey(wireName(field))}: ${write}(${member("params", field.name)}),\n`).join(""))}}`;
  const headers = header.length === 0 ? "" : `const headers = makeRecord(${record(header, "headerText")});\n`;
  const queries = query.length === 0 ? "" : `const query = makeRecord(${record(query, "queryText")});\n`;
  const names = [...(header.length === 0 ? [] : ["headers"]), ...(query.length === 0 ? [] : ["query"])];
  return { setUp: headers + queries, options: names.length === 0 ? "undefined" : `{ ${names.join(", ")} }` };
}
