import ts from "typescript";

/** Names that a node declares for what is within it, other than the module itself. */
export function declaredIn(node: ts.Node): string[] {
  if (ts.isFunctionLike(node)) {
    const own = ts.isFunctionExpression(node) && node.name !== undefined ? [node.name.text] : [];
    return [...own, ...node.parameters.flatMap(({ name }) => namesOf(name))];
  }
  if (ts.isBlock(node) || ts.isCaseClause(node) || ts.isDefaultClause(node))
    return node.statements.flatMap(ofStatement);
  if (ts.isForStatement(node) || ts.isForOfStatement(node) || ts.isForInStatement(node)) {
    const { initializer } = node;
    return initializer !== undefined && ts.isVariableDeclarationList(initializer) ? ofList(initializer) : [];
  }
  return ts.isCatchClause(node) && node.variableDeclaration ? namesOf(node.variableDeclaration.name) : [];
}

function ofStatement(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) return ofList(statement.declarationList);
  const named = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
  return named && statement.name !== undefined ? [statement.name.text] : [];
}

const ofList = (list: ts.VariableDeclarationList): string[] => list.declarations.flatMap(({ name }) => namesOf(name));

function namesOf(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesOf(element.name) : []));
}
