import fc from "fast-check";
import { defaultPlaceOf, placeFields, topFields, wireName } from "../../src/endpoint/fields";
import type { AppModel, Endpoint, Field, PathSegment, Schema } from "../../src/model/types";

export interface GeneratedRequest {
  method: string;
  /** As it goes over the wire, with the query. */
  target: string;
  headers: Record<string, string>;
  body?: string;
}

const MAX_DEPTH = 3;

/** Texts that a decoder may stumble over. */
const NASTY = fc.constantFrom(
  ...["", " ", "null", "true", "TRUE", "0", "-0", "1e400", "NaN", "9007199254740993", "99999999999999999999", "0x10"],
  ...[
    "2026-02-30T00:00:00Z",
    "2026-01-01",
    "\u0000",
    "\ud800",
    "é",
    "😀",
    "%",
    "%zz",
    "%00",
    "../..",
    "//",
    "{}",
    "[",
    '"',
  ],
  ...["__proto__", "constructor", "toString", "a".repeat(5_000), "\\", "\r\n", "+", "a=b&c", "*", "!"],
);

/** A value as the schema has it, mostly. */
function valid(schema: Schema, model: AppModel, depth = 0): fc.Arbitrary<unknown> {
  switch (schema.kind) {
    case "string":
      return fc.oneof(
        fc.constantFrom("a", "ab1", "me@example.com", "https://example.com"),
        fc.string({ unit: "grapheme" }),
      );
    case "number":
      return fc.oneof(fc.integer({ min: -6, max: 6 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
    case "boolean":
      return fc.boolean();
    case "bigint":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
    case "date":
      return fc
        .date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-12-31") })
        .map((d) => d.toISOString());
    case "decimal":
      return fc.oneof(fc.integer().map(String), fc.constantFrom("1.50", "-0.000001", "1e10"));
    case "null":
      return fc.constant(null);
    case "any":
      return fc.jsonValue({ maxDepth: 2 });
    case "literal":
      return fc.constant(schema.value);
    case "array":
      return fc.array(valid(schema.element, model, depth + 1), { maxLength: depth > MAX_DEPTH ? 0 : 3 });
    case "map":
      return fc.dictionary(fc.string({ maxLength: 4 }), valid(schema.value, model, depth + 1), { maxKeys: 3 });
    case "object":
      return record(schema.fields, model, { depth });
    case "union":
      return fc.oneof(...schema.types.map((type) => valid(type, model, depth + 1)));
    case "ref":
      return depth > MAX_DEPTH
        ? fc.constant({})
        : valid(model.declarations[schema.id]?.schema ?? { kind: "null" }, model, depth + 1);
  }
}

/** What is nearly right, or not at all. */
function spoilt(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { arbitrary: value, weight: 12 },
    { arbitrary: NASTY, weight: 1 },
    { arbitrary: fc.jsonValue({ maxDepth: 1 }), weight: 1 },
    { arbitrary: fc.constant(undefined), weight: 1 },
  );
}

/** Values that mean something to the app, by the name of the field or path parameter that they are for. */
export type Meaningful = Record<string, readonly unknown[]>;

/** A value as the schema has it, and mostly a meaningful one where one is known. */
function likely(name: string, value: fc.Arbitrary<unknown>, meaningful: Meaningful): fc.Arbitrary<unknown> {
  const known = meaningful[name];
  if (known === undefined) return value;
  return fc.oneof({ arbitrary: fc.constantFrom(...known), weight: 6 }, { arbitrary: value, weight: 1 });
}

/** An object of these fields, each right, nearly right, absurd or missing. */
export function record(
  fields: Field[],
  model: AppModel,
  { depth = 0, meaningful = {} }: { depth?: number; meaningful?: Meaningful } = {},
): fc.Arbitrary<Record<string, unknown>> {
  const entries = fields.map(({ name, optional, schema }) => {
    const value = spoilt(likely(name, valid(schema, model, depth + 1), meaningful));
    return [name, optional ? fc.option(value, { nil: undefined }) : value] as const;
  });
  return fc.record(Object.fromEntries(entries));
}

const asText = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

/** Headers may hold visible characters of ISO 8859-1 only; anything else Node refuses to send. */
const asHeader = (value: unknown): string =>
  asText(value)
    .replace(/[^\x20-\x7e]/g, "?")
    .trim();

/** Node refuses to send a target with anything else. */
const asTarget = (text: string): string => text.replace(/[^\x21-\x7e]/g, (c) => encodeURIComponent(c.toWellFormed()));

const encodeText = (value: unknown): string => encodeURIComponent(asText(value).toWellFormed());

function segment(part: PathSegment, model: AppModel, meaningful: Meaningful): fc.Arbitrary<string> {
  if (part.kind === "literal") return fc.constant(part.value);
  const any =
    part.kind === "param" ? valid({ kind: part.type }, model) : fc.array(fc.webSegment()).map((all) => all.join("/"));
  const value = likely(part.name, any, meaningful);
  return fc.oneof({ arbitrary: value.map(encodeText), weight: 6 }, { arbitrary: NASTY, weight: 1 });
}

function body(fields: Field[], model: AppModel, meaningful: Meaningful): fc.Arbitrary<string | undefined> {
  return fc.oneof(
    { arbitrary: record(fields, model, { meaningful }).map((value) => JSON.stringify(value)), weight: 10 },
    { arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)), weight: 1 },
    { arbitrary: fc.string(), weight: 1 },
    {
      arbitrary: fc.constantFrom(undefined, "", "{", '{"a":1}}', '{"a":1,"a":2}', "[".repeat(20_000), "﻿{}"),
      weight: 1,
    },
  );
}

function requestOf(endpoint: Endpoint, model: AppModel, meaningful: Meaningful): fc.Arbitrary<GeneratedRequest> {
  const methods = endpoint.methods.includes("*") ? ["GET", "POST", "DELETE", "OPTIONS"] : endpoint.methods;
  const methodOf = fc.oneof(
    { arbitrary: fc.constantFrom(...methods), weight: 12 },
    { arbitrary: fc.constantFrom("POST", "PROPFIND"), weight: 1 },
  );
  return methodOf.chain((method) => {
    const params = new Set(endpoint.path.flatMap((part) => (part.kind === "literal" ? [] : [part.name])));
    const fields = topFields(endpoint.request, model.declarations).filter(({ name }) => !params.has(name));
    const places = placeFields(fields, defaultPlaceOf(method));
    const texts = (of: Field[]) =>
      fc.tuple(
        ...of.map((field) =>
          fc
            .array(spoilt(likely(field.name, valid(field.schema, model), meaningful)), { maxLength: 2 })
            .map((values) => [wireName(field), values] as const),
        ),
      );
    return fc
      .record({
        segments: fc.tuple(...endpoint.path.map((part) => segment(part, model, meaningful))),
        query: texts(places.query),
        headers: texts(places.header),
        cookies: texts(places.cookie),
        body: body(places.body, model, meaningful),
        contentType: fc.constantFrom("application/json", "text/plain", "", "application/json; charset=latin1"),
      })
      .map(({ segments, query, headers, cookies, body: text, contentType }) => {
        const search = query
          .flatMap(([name, values]) => values.map((value) => `${name}=${encodeText(value)}`))
          .join("&");
        const cookie = cookies.map(([name, values]) => `${name}=${asHeader(values[0])}`).join("; ");
        return {
          method,
          target: asTarget(`/${segments.join("/")}${search === "" ? "" : `?${search}`}`),
          headers: {
            "content-type": contentType,
            ...Object.fromEntries(headers.map(([name, values]) => [name, values.map(asHeader).join(", ")])),
            ...(cookie === "" ? {} : { cookie }),
          },
          body: method === "GET" || method === "HEAD" ? undefined : text,
        };
      });
  });
}

/** Requests to an app's open endpoints as its own model describes them: right, nearly right and absurd. */
export function requestsTo(model: AppModel, meaningful: Meaningful = {}): fc.Arbitrary<GeneratedRequest> {
  const endpoints = model.services.flatMap((service) => service.endpoints);
  return fc.oneof(
    ...endpoints
      .filter(({ kind }) => kind === "typed" || kind === "raw")
      .map((endpoint) => requestOf(endpoint, model, meaningful)),
  );
}
