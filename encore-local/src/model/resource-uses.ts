import ts from "typescript";
import type { ParseContext } from "../primitives/parser";
import type { Module } from "./modules";
import type { Reporter } from "./reporter";
import { declaredIn } from "./scopes";
import type { Location } from "./types";

/** What may be done with resources of one kind. */
export interface UseRules {
  /** What is wrong with a use; undefined for nothing. */
  faultOf(usage: Usage): string | undefined;
  remedy: string;
  /** True where its query methods are given SQL. */
  holdsSql?: true;
  /** Called with each use that is in order. */
  onUse?(name: ts.Identifier, module: Module, context: ParseContext): void;
}

/** A statement that stands in the source, for the check of its syntax. */
export interface SqlText {
  text: string;
  location: Location;
}

/** How a name is used, in the terms of Encore's parser, which infers from it who may do what. */
type Usage =
  | { kind: "method"; name: string; call: ts.CallExpression }
  | { kind: "template"; name: string; template: ts.TaggedTemplateExpression }
  | { kind: "field"; name: string }
  | { kind: "argument" | "constructor argument" | "callee" | "other" };

export interface UsesContext {
  reporter: Reporter;
  /** The rules for what a name stands for in the module; undefined for all that is no resource. */
  rulesOf: (name: string) => UseRules | undefined;
  /** Called with each statement of a database. */
  onSql: (node: ts.Node, text: string) => void;
  /** Called with each use that is in order. */
  onUse: (name: ts.Identifier, rules: UseRules) => void;
}

/** Reports uses of resources that Encore's parser does not understand. */
export function checkResourceUses(module: Module, context: UsesContext): void {
  const visit = (node: ts.Node, shadowed: ReadonlySet<string>): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isIdentifier(node)) checkName(node, shadowed, context);
    const declared = node === module.source ? [] : declaredIn(node);
    const inside = declared.length === 0 ? shadowed : new Set([...shadowed, ...declared]);
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(module.source, new Set());
}

function checkName(node: ts.Identifier, shadowed: ReadonlySet<string>, context: UsesContext): void {
  if (shadowed.has(node.text) || !isReference(node)) return;
  const rules = context.rulesOf(node.text);
  const usage = rules === undefined ? undefined : usageOf(node);
  if (rules === undefined || usage === undefined) return;
  if (rules.holdsSql) readSql(usage, context);
  const fault = rules.faultOf(usage);
  if (fault === undefined) context.onUse(node, rules);
  else context.reporter.report("E1505", node, { detail: fault, remedy: rules.remedy });
}

/** False for names of properties and of what is being declared. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isQualifiedName(parent)) return parent.left === node;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  const declares = "name" in parent && parent.name === node && !ts.isShorthandPropertyAssignment(parent);
  return !declares && !ts.isTypeReferenceNode(parent);
}

function usageOf(node: ts.Identifier): Usage | undefined {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return memberUsage(parent);
  if (ts.isElementAccessExpression(parent) && parent.expression === node) return undefined;
  if (ts.isCallExpression(parent)) return { kind: parent.expression === node ? "callee" : "argument" };
  if (ts.isNewExpression(parent) && parent.expression !== node) return { kind: "constructor argument" };
  // A declaration that names it outside every expression, such as a type, is no use of it.
  const enclosing = ts.findAncestor(node, (n) => n !== node && ts.isExpression(n));
  return enclosing !== undefined || isWholeExpression(node) ? { kind: "other" } : undefined;
}

const isWholeExpression = ({ parent }: ts.Identifier): boolean =>
  ts.isVariableDeclaration(parent) || ts.isExportAssignment(parent) || ts.isExpressionStatement(parent);

function memberUsage(member: ts.PropertyAccessExpression): Usage | undefined {
  const { parent, name } = member;
  if (!ts.isIdentifier(name)) return undefined;
  if (ts.isCallExpression(parent) && parent.expression === member && member.questionDotToken === undefined) {
    return { kind: "method", name: name.text, call: parent };
  }
  if (ts.isTaggedTemplateExpression(parent)) return { kind: "template", name: name.text, template: parent };
  return { kind: "field", name: name.text };
}

/** The rules for what `~encore/clients` exports. */
export const CLIENT_USES: UseRules = {
  remedy: "Write calls as `service.endpoint(...)`; to hand the client on, pass `service.ref()`.",
  faultOf(usage) {
    if (usage.kind === "method" || (usage.kind === "field" && usage.name === "Client")) return undefined;
    return usage.kind === "field" ? "invalid service client field access" : "invalid service client usage";
  },
};

const TEMPLATE_METHODS = ["query", "queryRow", "queryAll", "exec"];
const RAW_METHODS = ["rawQuery", "rawQueryRow", "rawQueryAll", "rawExec"];

function readSql(usage: Usage, { onSql }: UsesContext): void {
  if (usage.kind === "template" && TEMPLATE_METHODS.includes(usage.name)) {
    onSql(usage.template.template, withParameters(usage.template.template));
  } else if (usage.kind === "method" && RAW_METHODS.includes(usage.name)) {
    const [text] = usage.call.arguments;
    if (text !== undefined && ts.isStringLiteral(text)) onSql(text, text.text);
  }
}

/** The text that reaches PostgreSQL: `$1` in place of the first value. */
function withParameters(template: ts.TemplateLiteral): string {
  const raw = (part: ts.TemplateLiteralLikeNode): string => part.rawText ?? part.text;
  if (ts.isNoSubstitutionTemplateLiteral(template)) return raw(template);
  return template.templateSpans.reduce((sql, span, i) => `${sql}$${i + 1}${raw(span.literal)}`, raw(template.head));
}
