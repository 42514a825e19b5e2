import { defaultPlaceOf, pathParameterNames, placeFields, topFields, wireName } from "../endpoint/fields";
import type { Declaration, Endpoint, Field, Schema } from "../model/types";
import { HTTP_METHODS, isStream } from "../runtime/endpoint-table";
import { sampleObject, sampleOf } from "./sample";

type Declarations = Record<string, Declaration>;

/** A parameter that is a text on the wire. */
export interface Parameter {
  /** Its name on the wire. */
  name: string;
  optional: boolean;
  schema: Schema;
  doc?: string;
  sample: string;
}

/** What a request with one method consists of. */
export interface RequestForm {
  path: Parameter[];
  query: Parameter[];
  header: Parameter[];
  cookie: Parameter[];
  /** Absent when there is nothing to send. */
  body?: { schema: Schema; sample: unknown };
}

export interface EndpointDescription
  extends Pick<Endpoint, "service" | "name" | "kind" | "doc" | "expose" | "auth" | "tags" | "methods" | "path"> {
  /** By method. */
  forms: Record<string, RequestForm>;
  response?: Schema;
  incoming?: { schema: Schema; sample: unknown };
  outgoing?: Schema;
  /** `file:line` */
  source: string;
}

/** Methods that a page can send; TRACE is none of them. */
const OFFERED_METHODS = HTTP_METHODS.filter((method) => method !== "TRACE");

export function describeEndpoint(endpoint: Endpoint, declarations: Declarations): EndpointDescription {
  const { service, name, kind, doc, expose, auth, tags, path, response, incoming, outgoing, location } = endpoint;
  const methods = endpoint.methods.includes("*") ? OFFERED_METHODS : endpoint.methods;
  return {
    ...{ service, name, kind, doc, expose, auth, tags, path, methods },
    forms: Object.fromEntries(methods.map((method) => [method, formOf(endpoint, method, declarations)])),
    response,
    incoming: incoming && { schema: incoming, sample: sampleOf(incoming, declarations) },
    outgoing,
    source: `${location.file}:${location.line}`,
  };
}

function formOf(endpoint: Endpoint, method: string, declarations: Declarations): RequestForm {
  const fields = topFields(endpoint.request, declarations);
  const inPath = new Set(pathParameterNames(endpoint));
  const rest = isStream(endpoint) ? "query" : defaultPlaceOf(method);
  const places = placeFields(
    fields.filter(({ name }) => !inPath.has(name)),
    rest,
  );
  const parameters = (of: Field[]): Parameter[] => of.map((field) => describeParameter(field, declarations));
  return {
    path: pathParameters(endpoint, fields, declarations),
    query: parameters(places.query),
    header: parameters(places.header),
    cookie: parameters(places.cookie),
    ...(places.body.length === 0
      ? {}
      : { body: { schema: { kind: "object", fields: places.body }, sample: sampleObject(places.body, declarations) } }),
  };
}

export function describeParameter(field: Field, declarations: Declarations): Parameter {
  const { name, optional, schema, doc } = field;
  const value = sampleOf(schema, declarations, name, 1);
  const sample = typeof value === "string" ? value : JSON.stringify(Array.isArray(value) ? value[0] : value);
  return { name: wireName(field), optional, schema, ...(doc === undefined ? {} : { doc }), sample };
}

function pathParameters({ path }: Endpoint, fields: Field[], declarations: Declarations): Parameter[] {
  return path.flatMap((segment) => {
    if (segment.kind === "literal") return [];
    const field = fields.find(({ name }) => name === segment.name);
    const schema: Schema = { kind: segment.kind === "param" ? segment.type : "string" };
    return [
      {
        ...describeParameter(field ?? { name: segment.name, optional: false, schema }, declarations),
        name: segment.name,
      },
    ];
  });
}
