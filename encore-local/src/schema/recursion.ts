import ts from "typescript";

/** Only types with a body of their own can contain themselves; all else is read in place. */
export function mayRecur(node: ts.TypeNode): boolean {
  return ts.isTypeLiteralNode(node) || (ts.isUnionTypeNode(node) && node.types.some((type) => !isSimple(type)));
}

function isSimple(node: ts.TypeNode): boolean {
  return ts.isLiteralTypeNode(node) || ts.isToken(node) || node.kind === ts.SyntaxKind.UndefinedKeyword;
}
