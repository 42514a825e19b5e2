import ts from "typescript";
import { docOf } from "../model/reporter";
import type { Field, Schema, Wire } from "../model/types";
import type { Reading, Scope, TypeReader } from "./reading";

/** Where fields stand in the source. Those that a utility type has made anew stand nowhere. */
const PLACES = new WeakMap<Field, ts.PropertySignature>();

export const placeOf = (field: Field): ts.Node | undefined => PLACES.get(field);

/** The schema of an object type's members. `base` holds the fields of what it extends; own fields replace them. */
export function readMembers(
  members: readonly ts.TypeElement[],
  scope: Scope,
  { reader, base = [] }: { reader: TypeReader; base?: Field[] },
): Reading {
  const fields = new Map(base.map((field) => [field.name, field]));
  let index: Schema | undefined;
  for (const member of members) {
    if (ts.isIndexSignatureDeclaration(member)) index = reader.readValue(member.type, scope).schema;
    else if (ts.isPropertySignature(member)) {
      const field = readField(member, scope, reader);
      if (field !== undefined) fields.set(field.name, field);
    } else reader.unsupported(member, "only properties can be part of a schema");
  }
  if (index === undefined) return { schema: { kind: "object", fields: [...fields.values()] } };
  const only = members[0];
  if (fields.size > 0 && only !== undefined) {
    return reader.unsupported(only, "an index signature with further fields");
  }
  return { schema: { kind: "map", value: index } };
}

function readField(member: ts.PropertySignature, scope: Scope, reader: TypeReader): Field | undefined {
  if (!ts.isIdentifier(member.name) && !ts.isStringLiteral(member.name)) {
    reader.unsupported(member.name, "a computed property name");
    return undefined;
  }
  if (member.type === undefined) {
    reader.unsupported(member, "a property without a type");
    return undefined;
  }
  const doc = docOf(member);
  const field = {
    ...toField(member.name.text, reader.readValue(member.type, scope), member.questionToken !== undefined),
    ...(doc === undefined ? {} : { doc }),
  };
  PLACES.set(field, member);
  return field;
}

/** A field of the given name with what its type says of it. */
export function toField(name: string, reading: Reading, optional: boolean): Field {
  return {
    name,
    optional: optional || reading.optional === true,
    schema: reading.schema,
    ...(reading.wire === undefined ? {} : { wire: wireOf(reading, name) }),
  };
}

function wireOf({ wire }: Reading, fieldName: string): Wire {
  switch (wire?.in) {
    case "header":
    case "query":
    case "cookie":
      return { in: wire.in, name: wire.name ?? fieldName };
    case "attribute":
      return { in: "attribute" };
    default:
      return { in: "status" };
  }
}

/** A field as a reading again: what `T["name"]` and mapped types pass on. */
export function fromField(field: Field): Reading {
  return {
    schema: field.schema,
    ...(field.optional ? { optional: true } : {}),
    ...(field.wire === undefined ? {} : { wire: field.wire }),
  };
}
