import type { Field, Schema } from "../model/types";
import type { TypeReader } from "./reading";
import { unionOf } from "./utility-types";

/** The type of no value. */
export const NEVER: Schema = { kind: "union", types: [] };

export const isNever = (schema: Schema): boolean => schema.kind === "union" && schema.types.length === 0;

/** The members of a union, of unions within it too; any other type is its own only member. */
export function membersOf(schema: Schema, reader: TypeReader): Schema[] {
  const resolved = reader.resolve(schema);
  return resolved.kind === "union" ? resolved.types.flatMap((type) => membersOf(type, reader)) : [resolved];
}

/** Whether each value of one type is one of the other, as far as schemas tell. */
export function isAssignable(from: Schema, to: Schema, reader: TypeReader): boolean {
  const [source, target] = [reader.resolve(from), reader.resolve(to)];
  if (source.kind === "any" || target.kind === "any") return true;
  if (source.kind === "union") return source.types.every((type) => isAssignable(type, target, reader));
  if (target.kind === "union") return target.types.some((type) => isAssignable(source, type, reader));
  if (target.kind === "object") return hasFields(source, target.fields, reader);
  if (source.kind === "literal") {
    return target.kind === "literal" ? source.value === target.value : target.kind === typeof source.value;
  }
  if (source.kind === "array") return target.kind === "array" && isAssignable(source.element, target.element, reader);
  if (target.kind !== "map") return source.kind === target.kind;
  if (source.kind === "object") return source.fields.every((field) => isAssignable(field.schema, target.value, reader));
  return source.kind === "map" && isAssignable(source.value, target.value, reader);
}

/** Anything but null has no fields at all. */
function hasFields(source: Schema, wanted: readonly Field[], reader: TypeReader): boolean {
  if (source.kind !== "object") return wanted.length === 0 && source.kind !== "null";
  return wanted.every((field) => {
    const own = source.fields.find(({ name }) => name === field.name);
    if (own === undefined) return field.optional;
    return (field.optional || !own.optional) && isAssignable(own.schema, field.schema, reader);
  });
}

/** What is of both types. */
export function intersect(a: Schema, b: Schema, reader: TypeReader): Schema {
  const [left, right] = [reader.resolve(a), reader.resolve(b)];
  if (left.kind === "object" && right.kind === "object") return mergeObjects(left.fields, right.fields, reader);
  if (isAssignable(left, right, reader)) return right.kind === "any" || left.kind !== "any" ? a : b;
  if (isAssignable(right, left, reader)) return b;
  if (left.kind === "union" || right.kind === "union") {
    const pairs = membersOf(left, reader).flatMap((l) => membersOf(right, reader).map((r) => intersect(l, r, reader)));
    return unionOf(pairs.filter((schema) => !isNever(schema)));
  }
  return NEVER;
}

function mergeObjects(left: readonly Field[], right: readonly Field[], reader: TypeReader): Schema {
  const fields = new Map(left.map((field) => [field.name, field]));
  for (const field of right) {
    const other = fields.get(field.name);
    const merged = other && {
      ...other,
      ...field,
      optional: other.optional && field.optional,
      schema: intersect(other.schema, field.schema, reader),
    };
    fields.set(field.name, merged ?? field);
  }
  return { kind: "object", fields: [...fields.values()] };
}
