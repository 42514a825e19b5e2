import ts from "typescript";

/** The members of an enum with their values; `onFault` is told of members that Encore's parser refuses. */
export function enumMembers(
  node: ts.EnumDeclaration,
  onFault: (member: ts.EnumMember, fault: string) => void = () => undefined,
): Map<string, string | number> {
  const members = new Map<string, string | number>();
  let next: number | undefined = 0;
  for (const member of node.members) {
    const { name, initializer } = member;
    if (initializer === undefined && next === undefined)
      onFault(member, "implicit enum value cannot follow string value");
    const value: string | number | undefined = initializer === undefined ? (next ?? 0) : initialValue(initializer);
    if (value === undefined) onFault(member, "unsupported enum value");
    else if (typeof value === "number" && !Number.isInteger(value)) onFault(member, "enum value must be an integer");
    next = typeof value === "string" ? undefined : (value ?? 0) + 1;
    if (ts.isIdentifier(name) || ts.isStringLiteral(name)) members.set(name.text, value ?? 0);
  }
  return members;
}

function initialValue(node: ts.Expression): string | number | undefined {
  if (ts.isStringLiteral(node)) return node.text;
  if (ts.isNumericLiteral(node)) return Number(node.text);
  const negative = ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken;
  return negative && ts.isNumericLiteral(node.operand) ? -Number(node.operand.text) : undefined;
}
