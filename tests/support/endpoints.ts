import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { defaultPlaceOf, placeFields, topFields, wireName } from "../../encore-local/src/endpoint/fields";
import { readApp } from "../../encore-local/src/model/read-app";
import type { AppModel, Endpoint, Schema } from "../../encore-local/src/model/types";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The app as its source says it is. */
export function vaporformModel(): AppModel {
  const { model, diagnostics } = readApp(ROOT);
  if (diagnostics.length > 0) throw new Error("the app has mistakes; see npm run check");
  return model;
}

/** Every endpoint and stream that can be called from outside. */
export function exposedEndpoints(model: AppModel): Endpoint[] {
  return model.services.flatMap(({ endpoints }) => endpoints).filter(({ expose }) => expose);
}

/** What stands in a request for fields of these names; anything else gets a value of its type. */
export type NamedValues = Record<string, unknown>;

export interface PreparedRequest {
  method: string;
  /** Path and query. */
  target: string;
  headers: Record<string, string>;
  body?: string;
  stream: boolean;
}

/** The least request that the endpoint decodes, with every field that `values` names, optional ones too. */
export function prepareRequest(
  endpoint: Endpoint,
  { model, values }: { model: AppModel; values: NamedValues },
): PreparedRequest {
  const method = endpoint.methods.find((name) => name !== "HEAD" && name !== "*") ?? "POST";
  const inPath = new Set(endpoint.path.flatMap((part) => (part.kind === "literal" ? [] : [part.name])));
  const fields = topFields(endpoint.request, model.declarations)
    .filter(({ name, optional }) => !inPath.has(name) && (!optional || name in values))
    .map((field) => ({ field, value: values[field.name] ?? leastOf(field.schema, { model, values }) }));
  const places = placeFields(
    fields.map(({ field }) => field),
    defaultPlaceOf(method),
  );
  const valueFor = (name: string) => fields.find(({ field }) => field.name === name)?.value;
  const path = endpoint.path.map((part) =>
    part.kind === "literal" ? part.value : encodeURIComponent(String(values[part.name] ?? SAMPLE_PATH)),
  );
  const query = new URLSearchParams(
    Object.fromEntries(places.query.map((field) => [wireName(field), String(valueFor(field.name))])),
  );
  const body = Object.fromEntries(places.body.map((field) => [wireName(field), valueFor(field.name)]));
  return {
    method,
    target: `/${path.join("/")}${query.size === 0 ? "" : `?${query}`}`,
    headers: Object.fromEntries(
      places.header.map((field) => [wireName(field).toLowerCase(), String(valueFor(field.name))]),
    ),
    ...(method === "GET" ? {} : { body: JSON.stringify(body) }),
    stream: endpoint.kind.startsWith("stream"),
  };
}

const SAMPLE_PATH = "README.md";

function leastOf(schema: Schema, { model, values }: { model: AppModel; values: NamedValues }): unknown {
  switch (schema.kind) {
    case "string":
      return "a";
    case "number":
    case "bigint":
      return 1;
    case "decimal":
      return "1";
    case "boolean":
      return false;
    case "date":
      return new Date(0).toISOString();
    case "literal":
      return schema.value;
    case "array":
      return [leastOf(schema.element, { model, values })];
    case "map":
    case "any":
      return {};
    case "null":
      return null;
    case "union":
      return schema.types[0] === undefined ? null : leastOf(schema.types[0], { model, values });
    case "ref": {
      const declared = model.declarations[schema.id];
      return declared === undefined ? null : leastOf(declared.schema, { model, values });
    }
    case "object": {
      const wanted = schema.fields.filter(({ name, optional }) => !optional || name in values);
      return Object.fromEntries(
        wanted.map((field) => [field.name, values[field.name] ?? leastOf(field.schema, { model, values })]),
      );
    }
  }
}

export interface Answer {
  status: number;
  body: string;
}

/** Sends it, over a WebSocket where the endpoint is a stream; an accepted stream is left at once. */
export async function sendPrepared(baseUrl: string, request: PreparedRequest, token: string | null): Promise<Answer> {
  const headers = { ...request.headers, ...(token === null ? {} : { authorization: token }) };
  if (request.stream) return await openStream(baseUrl.replace(/^http/, "ws") + request.target, headers);
  const response = await fetch(baseUrl + request.target, {
    method: request.method,
    headers: { "content-type": "application/json", ...headers },
    redirect: "manual",
    ...(request.body === undefined ? {} : { body: request.body }),
  });
  return { status: response.status, body: await response.text() };
}

/** Status 101 and what came before the end, for a stream that was accepted. */
function openStream(url: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers });
    const messages: string[] = [];
    socket.on("unexpected-response", (_, response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(pieces).toString() }));
    });
    socket.on("message", (data) => {
      messages.push(data.toString());
      socket.close();
    });
    socket.on("close", (code, reason) =>
      resolve({ status: 101, body: JSON.stringify({ messages, code, reason: String(reason) }) }),
    );
    socket.on("error", reject);
  });
}
