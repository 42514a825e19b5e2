import ts from "typescript";
import type { Modules } from "../model/modules";
import type { Schema } from "../model/types";
import { enumMembers } from "./enums";
import type { Scope } from "./reading";

/** `typeof name` and `typeof name.member`, of enums and of constants made of literals; undefined for other values. */
export function readTypeQuery(node: ts.TypeQueryNode, { module }: Scope, modules: Modules): Schema | undefined {
  if (node.typeArguments !== undefined) return undefined;
  const [name = "", ...path] = node.exprName.getText().split(".");
  const meaning = modules.lookUp(module, name);
  let schema: Schema | undefined;
  if (meaning?.kind === "declaration" && ts.isEnumDeclaration(meaning.node)) {
    const members = [...enumMembers(meaning.node)];
    schema = objectOf(members.map(([member, value]) => [member, { kind: "literal", value }]));
  } else if (meaning?.kind === "value" && ts.isVariableDeclaration(meaning.node)) {
    schema = meaning.node.initializer && typeOfLiteral(meaning.node.initializer);
  }
  for (const member of path) {
    schema = schema?.kind === "object" ? schema.fields.find((field) => field.name === member)?.schema : undefined;
  }
  return schema;
}

const objectOf = (entries: [string, Schema][]): Schema => ({
  kind: "object",
  fields: entries.map(([name, schema]) => ({ name, schema, optional: false })),
});

function typeOfLiteral(node: ts.Expression): Schema | undefined {
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)) {
    return typeOfLiteral(node.expression);
  }
  if (ts.isStringLiteral(node)) return { kind: "literal", value: node.text };
  if (ts.isNumericLiteral(node)) return { kind: "literal", value: Number(node.text) };
  if (node.kind === ts.SyntaxKind.TrueKeyword) return { kind: "literal", value: true };
  if (node.kind === ts.SyntaxKind.FalseKeyword) return { kind: "literal", value: false };
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const entries: [string, Schema][] = [];
  for (const property of node.properties) {
    if (!ts.isPropertyAssignment(property)) return undefined;
    const { name, initializer } = property;
    const schema = ts.isIdentifier(name) || ts.isStringLiteral(name) ? typeOfLiteral(initializer) : undefined;
    if (schema === undefined) return undefined;
    entries.push([(name as ts.Identifier | ts.StringLiteral).text, schema]);
  }
  return objectOf(entries);
}
