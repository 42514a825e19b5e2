import type { Declaration, Endpoint, Field, Schema } from "../model/types";

export interface FieldsByPlace {
  query: Field[];
  header: Field[];
  cookie: Field[];
  body: Field[];
  /** The field that holds the HTTP status of an answer. */
  status?: Field;
}

export type DefaultPlace = "query" | "body";

const BODY_METHODS = new Set(["POST", "PUT", "PATCH"]);

export const defaultPlaceOf = (method: string): DefaultPlace => (BODY_METHODS.has(method) ? "body" : "query");

/** The fields of a schema at the top of an endpoint; none when it is no object. */
export function topFields(schema: Schema | undefined, declarations: Record<string, Declaration>): Field[] {
  if (schema === undefined) return [];
  if (schema.kind === "object") return schema.fields;
  if (schema.kind !== "ref") return [];
  return topFields(declarations[schema.id]?.schema, declarations);
}

/** Where each field travels. `status` counts as an ordinary field unless `withStatus`. */
export function placeFields(fields: Field[], rest: DefaultPlace, withStatus = false): FieldsByPlace {
  const places: FieldsByPlace = { query: [], header: [], cookie: [], body: [] };
  for (const field of fields) {
    const place = field.wire?.in ?? rest;
    if (place === "status" && withStatus) places.status = field;
    else places[place === "status" || place === "attribute" ? rest : place].push(field);
  }
  return places;
}

export const wireName = (field: Field): string => (field.wire && "name" in field.wire ? field.wire.name : field.name);

/** The names of an endpoint's path parameters, in order. */
export function pathParameterNames(endpoint: Endpoint): string[] {
  return endpoint.path.flatMap((segment) => (segment.kind === "literal" ? [] : [segment.name]));
}
