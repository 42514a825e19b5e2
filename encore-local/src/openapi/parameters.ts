import { type FieldsByPlace, wireName } from "../endpoint/fields";
import type { Endpoint, Field, PathSegment } from "../model/types";
import { readDocComment } from "./doc-comment";
import type { Schemas } from "./schemas";
import { type JsonSchema, validationKeywords } from "./validation-keywords";

/** A path as OpenAPI writes it: `/a/{id}/{rest}`. */
export function templateOf(path: PathSegment[]): string {
  return `/${path.map((segment) => (segment.kind === "literal" ? segment.value : `{${segment.name}}`)).join("/")}`;
}

/** The parameters of a request: path, query, headers, cookies. `fields` are all of the request's. */
export function parametersOf(
  { path }: Endpoint,
  { fields, places, schemas }: { fields: Field[]; places: FieldsByPlace; schemas: Schemas },
): JsonSchema[] {
  return [
    ...path.flatMap((segment) => (segment.kind === "literal" ? [] : [pathParameter(segment, fields)])),
    ...places.query.map((field) => parameter("query", field, schemas)),
    ...places.header.map((field) => parameter("header", field, schemas)),
    ...places.cookie.map((field) => parameter("cookie", field, schemas)),
  ];
}

function pathParameter(segment: Exclude<PathSegment, { kind: "literal" }>, fields: Field[]): JsonSchema {
  const field = fields.find(({ name }) => name === segment.name);
  const { text, examples } = readDocComment(field?.doc);
  const type = segment.kind !== "param" ? "string" : segment.type === "bigint" ? "integer" : segment.type;
  const rules = field?.schema.validation;
  return {
    name: segment.name,
    in: "path",
    required: true,
    ...description([text, segment.kind === "param" ? undefined : "The rest of the path; it may hold slashes."]),
    schema: {
      type,
      ...(rules === undefined || field === undefined ? {} : validationKeywords(rules, field.schema)),
      ...(examples.length === 0 ? {} : { examples }),
    },
    ...(segment.kind === "param" ? {} : { "x-encore-path": segment.kind }),
  };
}

function parameter(place: "query" | "header" | "cookie", field: Field, schemas: Schemas): JsonSchema {
  const { text, examples, deprecated } = readDocComment(field.doc);
  return {
    name: wireName(field),
    in: place,
    ...(field.optional ? {} : { required: true }),
    ...description([text]),
    ...(deprecated ? { deprecated } : {}),
    schema: { ...schemas.of(field.schema), ...(examples.length === 0 ? {} : { examples }) },
  };
}

function description(parts: (string | undefined)[]): { description?: string } {
  const told = parts.filter((part) => part !== undefined);
  return told.length === 0 ? {} : { description: told.join("\n\n") };
}
