import ts from "typescript";
import type { Schema } from "../model/types";
import { isAssignable, isNever, membersOf } from "./assignability";
import type { Reading, Scope, TypeReader } from "./reading";
import { unionOf } from "./utility-types";

/** `A extends B ? C : D`, with `infer` in B. A union behind a type parameter is taken member by member. */
export function readConditional(node: ts.ConditionalTypeNode, scope: Scope, reader: TypeReader): Reading {
  const { checkType } = node;
  const parameter =
    ts.isTypeReferenceNode(checkType) && ts.isIdentifier(checkType.typeName) ? checkType.typeName.text : "";
  const checked = reader.read(checkType, scope);
  const decide = (schema: Schema, within: Scope): Reading => {
    const inferred = new Map(within.bindings);
    const matches = matchType(schema, node.extendsType, { scope: within, reader, inferred });
    return matches
      ? reader.read(node.trueType, { ...within, bindings: inferred })
      : reader.read(node.falseType, within);
  };
  const members = scope.bindings.has(parameter) ? membersOf(checked.schema, reader) : [];
  if (members.length < 2) return decide(checked.schema, scope);
  const results = members.map((schema) => {
    const bindings = new Map(scope.bindings).set(parameter, { ...checked, schema });
    return decide(schema, { ...scope, bindings }).schema;
  });
  return { schema: unionOf(results.filter((schema) => !isNever(schema))) };
}

interface Match {
  scope: Scope;
  reader: TypeReader;
  /** Filled with what `infer` names. */
  inferred: Map<string, Reading>;
}

function matchType(schema: Schema, node: ts.TypeNode, match: Match): boolean {
  const { reader, inferred } = match;
  const resolved = reader.resolve(schema);
  if (ts.isParenthesizedTypeNode(node)) return matchType(schema, node.type, match);
  if (ts.isInferTypeNode(node)) {
    inferred.set(node.typeParameter.name.text, { schema });
    return true;
  }
  if (ts.isArrayTypeNode(node))
    return resolved.kind === "array" && matchType(resolved.element, node.elementType, match);
  if (ts.isTypeReferenceNode(node) && node.typeName.getText() === "Array") {
    const [element] = node.typeArguments ?? [];
    return resolved.kind === "array" && element !== undefined && matchType(resolved.element, element, match);
  }
  if (ts.isTypeLiteralNode(node) && resolved.kind === "object") {
    return node.members.every((member) => {
      if (!ts.isPropertySignature(member) || member.type === undefined) return false;
      const name = member.name.getText();
      const field = resolved.fields.find((candidate) => candidate.name === name);
      return field === undefined ? member.questionToken !== undefined : matchType(field.schema, member.type, match);
    });
  }
  return isAssignable(schema, reader.read(node, match.scope).schema, reader);
}
