import ts from "typescript";
import { isNever } from "./assignability";
import { fromField, toField } from "./objects";
import { ANY, literal, type Reading, type Scope, type TypeReader } from "./reading";
import { literalNames, unionOf } from "./utility-types";

/** `T["name"]`, `T[keyof T]` and the like. */
export function readIndexedAccess(node: ts.IndexedAccessTypeNode, scope: Scope, reader: TypeReader): Reading {
  const object = reader.resolve(reader.read(node.objectType, scope).schema);
  const index = reader.read(node.indexType, scope).schema;
  if (object.kind === "any") return ANY;
  if (object.kind === "map") return { schema: object.value };
  const names = literalNames(index, reader);
  const fields = object.kind === "object" ? object.fields.filter(({ name }) => names?.includes(name)) : [];
  const [only] = fields;
  if (fields.length === 1 && only !== undefined) return fromField(only);
  if (fields.length > 1) return { schema: unionOf(fields.map(({ schema }) => schema)) };
  return reader.unsupported(node, `'${node.getText()}'`);
}

/** `{ [K in Names as ...]: ... }` */
export function readMapped(node: ts.MappedTypeNode, scope: Scope, reader: TypeReader): Reading {
  const { constraint } = node.typeParameter;
  const valueType = node.type;
  if (constraint === undefined || valueType === undefined) return reader.unsupported(node, "this kind of mapped type");
  const key = reader.read(constraint, scope).schema;
  const names = literalNames(key, reader);
  if (names === undefined) return { schema: { kind: "map", value: reader.readValue(valueType, scope).schema } };
  const renamed = mappedNames(names, node, { scope, reader });
  if (renamed === undefined) return reader.unsupported(node, "names that `as` does not make string literals");
  const removesOptional = node.questionToken?.kind === ts.SyntaxKind.MinusToken;
  const fields = renamed.map(([was, name]) => {
    const bindings = new Map(scope.bindings).set(node.typeParameter.name.text, literal(was));
    const field = toField(name, reader.readValue(valueType, { ...scope, bindings }), node.questionToken !== undefined);
    return removesOptional ? { ...field, optional: false } : field;
  });
  return { schema: { kind: "object", fields } };
}

/** The names of a mapped type once `as` has changed them, each with what it was; a name that becomes `never` is left out. */
function mappedNames(
  names: string[],
  node: ts.MappedTypeNode,
  { scope, reader }: { scope: Scope; reader: TypeReader },
): [was: string, name: string][] | undefined {
  const { nameType } = node;
  if (nameType === undefined) return names.map((name) => [name, name]);
  const renamed: [string, string][] = [];
  for (const was of names) {
    const bindings = new Map(scope.bindings).set(node.typeParameter.name.text, literal(was));
    const { schema } = reader.read(nameType, { ...scope, bindings });
    if (isNever(schema)) continue;
    const [name, ...more] = literalNames(schema, reader) ?? [];
    if (name === undefined || more.length > 0) return undefined;
    renamed.push([was, name]);
  }
  return renamed;
}
