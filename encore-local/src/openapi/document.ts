import type { AppModel, Endpoint } from "../model/types";
import { readDocComment } from "./doc-comment";
import { errorComponents } from "./errors";
import { type OperationContext, operationOf } from "./operation";
import { templateOf } from "./parameters";
import { Schemas } from "./schemas";
import { readSecurity } from "./security";
import type { JsonSchema } from "./validation-keywords";

/** The methods that OpenAPI has a place for (CONNECT has none) and that reach an endpoint (OPTIONS is answered for CORS). */
const METHODS = ["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "TRACE"];

export interface OpenApiDocument {
  openapi: "3.1.0";
  info: { title: string; version: string; description?: string };
  servers: { url: string; description: string }[];
  tags: { name: string; description?: string }[];
  paths: Record<string, Record<string, JsonSchema>>;
  components: Record<string, Record<string, JsonSchema>>;
}

export interface DocumentOptions {
  /** Where the app is served. */
  server: string;
  /** The version of the API; "1" when the app does not say. */
  version?: string;
}

/** OpenAPI 3.1 for the endpoints that an app exposes. */
export function openApiDocument(model: AppModel, { server, version = "1" }: DocumentOptions): OpenApiDocument {
  const errors = errorComponents();
  const security = readSecurity(model);
  const schemas = new Schemas(model.declarations);
  const context: OperationContext = { declarations: model.declarations, schemas, security };
  const services = model.services.filter(({ endpoints }) => endpoints.some(({ expose }) => expose));
  const paths = pathsOf(
    services.flatMap(({ endpoints }) => endpoints.filter(({ expose }) => expose)),
    context,
  );
  return {
    openapi: "3.1.0",
    info: { title: model.app.name, version },
    servers: [{ url: server, description: "local" }],
    tags: services.map(({ name, doc }) => {
      const { text } = readDocComment(doc);
      return { name, ...(text === undefined ? {} : { description: text }) };
    }),
    paths,
    components: {
      schemas: { ...errors.schemas, ...schemas.components },
      responses: errors.responses,
      ...(security === undefined ? {} : { securitySchemes: security.schemes }),
    },
  };
}

/**
 * Paths that differ only in their parameters' names are one path to OpenAPI. Where a wildcard and a parameter meet
 * under one method, the parameter, which wins, has the place, and the other is told in an extension.
 */
function pathsOf(endpoints: Endpoint[], context: OperationContext): OpenApiDocument["paths"] {
  const paths: OpenApiDocument["paths"] = {};
  const templates = new Map<string, string>();
  for (const endpoint of endpoints.toSorted(byPrecedence)) {
    const template = templateOf(endpoint.path);
    const shape = template.replace(/\{[^}]*\}/g, "{}");
    const known = templates.get(shape) ?? template;
    templates.set(shape, known);
    paths[known] ??= {};
    addOperations(paths[known], endpoint, { context, template: known });
  }
  return Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function addOperations(
  item: Record<string, JsonSchema>,
  endpoint: Endpoint,
  { context, template }: { context: OperationContext; template: string },
): void {
  const methods = endpoint.methods.includes("*") ? METHODS : endpoint.methods;
  for (const method of methods.filter((candidate) => METHODS.includes(candidate))) {
    const key = method.toLowerCase();
    const operation = withPathNames(operationOf(endpoint, method, context), template);
    if (item[key] === undefined) item[key] = operation;
    else item[key]["x-encore-otherwise"] = operation;
  }
}

/** Calls the path's parameters as the template does: their names are nowhere on the wire. */
function withPathNames(operation: JsonSchema, template: string): JsonSchema {
  const { parameters } = operation;
  if (!Array.isArray(parameters)) return operation;
  const names = [...template.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name);
  const renamed = (parameters as JsonSchema[]).map((parameter) =>
    parameter.in === "path" ? { ...parameter, name: names.shift() } : parameter,
  );
  return { ...operation, parameters: renamed };
}

const RANK = { literal: 0, param: 1, wildcard: 2, fallback: 3 };

function byPrecedence(a: Endpoint, b: Endpoint): number {
  return rank(a) - rank(b);
}

const rank = ({ path }: Endpoint): number => Math.max(0, ...path.map(({ kind }) => RANK[kind]));
