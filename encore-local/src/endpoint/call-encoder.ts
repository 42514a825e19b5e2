import { asPayload, encodeJson } from "../codec/js-value";
import type { Endpoint, Field } from "../model/types";
import { ApiFailure } from "../runtime/api-error";
import type { Payload } from "../runtime/request";
import { type FieldsByPlace, wireName } from "./fields";
import { scalarText, toHeaderValues } from "./header-value";
import type { RequestParts } from "./request-decoder";

export interface EncodedCall extends RequestParts {
  body: string | null;
}

/**
 * Takes a caller's parameters apart as a request over HTTP would carry them, so that the callee sees exactly what it
 * would in production, where the services may be in different processes.
 * @throws ApiFailure, UnsupportedValue
 */
export function encodeCall(endpoint: Endpoint, places: FieldsByPlace, data: unknown): EncodedCall {
  const payload = asPayload(data);
  if (payload !== null) encodeJson(payload);
  return {
    pathParams: endpoint.path.flatMap((segment) => (segment.kind === "literal" ? [] : [pathText(segment, payload)])),
    query: encodeQuery(places.query, payload),
    headers: encodeHeaders(places, payload),
    body: encodeBody(places.body, payload),
  };
}

function pathText(segment: { kind: string; name: string }, payload: Payload | null): string {
  const value = payload?.[segment.name];
  if (value === undefined) {
    const message = "missing field in request payload";
    throw ApiFailure.invalidArgument(message, `${message}: ${segment.name}`);
  }
  if (typeof value === "object" && value !== null && !(value instanceof Date)) {
    const message = "unsupported type in request payload";
    throw ApiFailure.invalidArgument(message, `${message} for field ${segment.name}`);
  }
  const text = scalarText(value);
  // In a URL these would be another path.
  if (segment.kind === "param" && ["", ".", ".."].includes(text)) {
    throw ApiFailure.notFound(
      "endpoint not found",
      `no such endpoint exists: the path parameter ${segment.name} is "${text}"`,
    );
  }
  return encodeURIComponent(text);
}

function encodeQuery(fields: Field[], payload: Payload | null): string {
  if (fields.length === 0) return "";
  if (payload === null) throw missing("query");
  const query = new URLSearchParams();
  for (const { name } of fields) {
    const value = payload[name];
    if (value === undefined) continue;
    for (const element of Array.isArray(value) ? value : [value]) {
      if (element === null || (typeof element === "object" && !(element instanceof Date))) {
        throw ApiFailure.internal(`the query parameter ${name} is of a type that a query string cannot carry`);
      }
      query.append(name, scalarText(element));
    }
  }
  return query.toString();
}

function encodeHeaders(places: FieldsByPlace, payload: Payload | null): RequestParts["headers"] {
  if (places.header.length === 0 && places.cookie.length === 0) return () => [];
  if (payload === null) throw missing(places.header.length > 0 ? "header" : "cookie");
  const headers = new Map<string, string[]>();
  for (const field of places.header) {
    const value = payload[field.name];
    if (value !== undefined) headers.set(wireName(field).toLowerCase(), toHeaderValues(value));
    else if (!field.optional) throw missing("header", field.name);
  }
  const cookies: string[] = [];
  for (const field of places.cookie) {
    const cookie = payload[field.name];
    if (typeof cookie === "object" && cookie !== null && "value" in cookie) {
      cookies.push(`${wireName(field)}=${scalarText(cookie.value)}`);
    } else if (!field.optional) {
      throw missing("cookie", field.name);
    }
  }
  if (cookies.length > 0) headers.set("cookie", cookies);
  return (name) => headers.get(name) ?? [];
}

function encodeBody(fields: Field[], payload: Payload | null): string | null {
  if (fields.length === 0) return null;
  if (payload === null) throw ApiFailure.invalidArgument("missing body payload");
  const declared: Payload = {};
  for (const { name } of fields) declared[name] = payload[name];
  return encodeJson(declared);
}

function missing(what: string, name?: string): ApiFailure {
  const message = name === undefined ? `missing ${what} parameters` : `missing ${what} parameter: ${name}`;
  return ApiFailure.invalidArgument(message, message);
}
