import type ts from "typescript";
import type { Field, Schema } from "../model/types";
import { isAssignable, membersOf } from "./assignability";
import { toField } from "./objects";
import { ANY, type Reading, type TypeReader } from "./reading";

interface UtilityCall {
  node: ts.TypeReferenceNode;
  /** The type arguments, read. */
  args: Reading[];
  reader: TypeReader;
}

type Utility = (call: UtilityCall) => Reading;

/** TypeScript's global types that a schema may use. */
export const UTILITY_TYPES: ReadonlyMap<string, Utility> = new Map<string, Utility>([
  ["Array", ({ args }) => ({ schema: { kind: "array", element: (args[0] ?? ANY).schema } })],
  ["Date", () => ({ schema: { kind: "date" } })],
  ["Promise", ({ args }) => args[0] ?? ANY],
  ["Readonly", ({ args }) => args[0] ?? ANY],
  ["Partial", (call) => mapFields(call, (field) => ({ ...field, optional: true }))],
  ["Required", (call) => mapFields(call, (field) => ({ ...field, optional: false }))],
  ["Pick", (call) => selectFields(call, (named) => named)],
  ["Omit", (call) => selectFields(call, (named) => !named)],
  ["Record", record],
  ["Exclude", (call) => filterUnion(call, (matches) => !matches)],
  ["Extract", (call) => filterUnion(call, (matches) => matches)],
  ["NonNullable", ({ args }) => withoutNull(args[0] ?? ANY)],
]);

function mapFields({ node, args, reader }: UtilityCall, change: (field: Field) => Field): Reading {
  const fields = args[0] === undefined ? undefined : reader.fieldsOf(args[0].schema);
  if (fields === undefined) return reader.unsupported(node, "a utility type of something that is no object");
  return { schema: { kind: "object", fields: fields.map(change) } };
}

function selectFields(call: UtilityCall, keep: (named: boolean) => boolean): Reading {
  const [object, keys] = call.args;
  const fields = object === undefined ? undefined : call.reader.fieldsOf(object.schema);
  const names = keys === undefined ? undefined : literalNames(keys.schema, call.reader);
  if (fields === undefined || names === undefined) {
    return call.reader.unsupported(call.node, "fields that are not named by string literals");
  }
  return { schema: { kind: "object", fields: fields.filter((field) => keep(names.includes(field.name))) } };
}

function record({ args, reader }: UtilityCall): Reading {
  const [key = ANY, value = ANY] = args;
  const names = literalNames(key.schema, reader);
  if (names === undefined) return { schema: { kind: "map", value: value.schema } };
  return { schema: { kind: "object", fields: names.map((name) => toField(name, value, false)) } };
}

function filterUnion({ node, args, reader }: UtilityCall, keep: (matches: boolean) => boolean): Reading {
  const [from, by] = args;
  if (from === undefined || by === undefined) return reader.unsupported(node, "a missing type argument");
  const kept = membersOf(from.schema, reader).filter((member) => keep(isAssignable(member, by.schema, reader)));
  return { schema: unionOf(kept) };
}

function withoutNull(reading: Reading): Reading {
  if (reading.schema.kind !== "union") return { ...reading, optional: false };
  return { ...reading, optional: false, schema: unionOf(reading.schema.types.filter((type) => type.kind !== "null")) };
}

/** A union of one is that one. */
export function unionOf(types: Schema[]): Schema {
  const [only] = types;
  return types.length === 1 && only !== undefined ? only : { kind: "union", types };
}

/** The names in a union of string literals, such as the second argument of `Pick`; undefined for any other type. */
export function literalNames(schema: Schema, reader: TypeReader): string[] | undefined {
  const names = membersOf(schema, reader).map((member) =>
    member.kind === "literal" ? String(member.value) : undefined,
  );
  return names.every((name) => name !== undefined) ? names : undefined;
}
