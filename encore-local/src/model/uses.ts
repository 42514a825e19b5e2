import ts from "typescript";
import type { Use } from "../primitives/parser";
import type { Module } from "./modules";

/** An identifier or `namespace.name` that stands for an export of an `encore.dev` package. */
interface EncoreName {
  package: string;
  name: string;
  member?: string;
  throughNamespace: boolean;
}

export interface EncoreUse extends Use {
  /** Encore's parser follows imported names only. */
  throughNamespace: boolean;
}

/** Every call and `new` in a module of something that it imports from an `encore.dev` package, in source order. */
export function findUses(module: Module): EncoreUse[] {
  const uses: EncoreUse[] = [];
  if (![...module.imports.values()].some(({ specifier }) => specifier.startsWith("encore.dev"))) return uses;
  const visit = (node: ts.Node, topLevel: boolean): void => {
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const called = encoreName(node.expression, module);
      if (called !== undefined) {
        const binding = bindingOf(node);
        uses.push({ node, module, ...called, topLevel, ...(binding === undefined ? {} : { binding }) });
      }
    }
    const inside = topLevel && !ts.isFunctionLike(node) && !ts.isClassLike(node);
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(module.source, true);
  return uses;
}

function encoreName(expression: ts.Expression, module: Module): EncoreName | undefined {
  if (ts.isIdentifier(expression)) {
    const imported = module.imports.get(expression.text);
    if (imported === undefined || !imported.specifier.startsWith("encore.dev")) return undefined;
    return { package: imported.specifier, name: imported.name, throughNamespace: false };
  }
  if (!ts.isPropertyAccessExpression(expression)) return undefined;
  const owner = encoreName(expression.expression, module);
  if (owner === undefined || owner.member !== undefined) return undefined;
  if (owner.name === "*") return { package: owner.package, name: expression.name.text, throughNamespace: true };
  return { ...owner, member: expression.name.text };
}

/** The constant that the nearest declaration around an expression declares, however deep the expression is in it. */
function bindingOf(node: ts.Expression): Use["binding"] {
  const holder = ts.findAncestor(node, (n) =>
    ts.isStatement(n) || ts.isFunctionLike(n) ? "quit" : ts.isVariableDeclaration(n),
  );
  if (holder === undefined || !ts.isVariableDeclaration(holder) || !ts.isIdentifier(holder.name)) return undefined;
  const statement = holder.parent.parent;
  const exported =
    ts.isVariableStatement(statement) &&
    (statement.modifiers ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword);
  return { name: holder.name.text, node: holder.name, exported };
}
