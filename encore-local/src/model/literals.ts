import ts from "typescript";
import type { Reporter } from "./reporter";

/** A value that stands in the source as such. */
export type LiteralValue = string | number | boolean | null | LiteralValue[];

/** The options of a resource, as they stand in the source: reads one after another and reports what is wrong with each. */
export class Options {
  private readonly properties = new Map<string, ts.Expression>();
  private readonly read = new Set<string>();

  private constructor(
    readonly node: ts.ObjectLiteralExpression,
    private readonly reporter: Reporter,
  ) {
    for (const property of node.properties) {
      if (ts.isPropertyAssignment(property) && isPlainName(property.name)) {
        this.properties.set(property.name.text, property.initializer);
      } else if (ts.isShorthandPropertyAssignment(property)) {
        this.properties.set(property.name.text, property.name);
      } else if (ts.isMethodDeclaration(property) && isPlainName(property.name)) {
        // A handler written as a method; nothing reads its body.
        this.read.add(property.name.text);
      } else {
        reporter.report("E1001", property);
      }
    }
  }

  /** Undefined, with a diagnostic, when the expression is no object literal. */
  static of(node: ts.Expression | undefined, at: ts.Node, reporter: Reporter): Options | undefined {
    const expression = node === undefined ? undefined : unwrap(node);
    if (expression !== undefined && ts.isObjectLiteralExpression(expression)) return new Options(expression, reporter);
    reporter.report(
      node === undefined ? "E1005" : "E1001",
      node ?? at,
      node === undefined ? { detail: "options" } : {},
    );
    return undefined;
  }

  has(name: string): boolean {
    return this.properties.has(name);
  }

  expression(name: string): ts.Expression | undefined {
    this.read.add(name);
    return this.properties.get(name);
  }

  string(name: string): string | undefined {
    const node = this.expression(name);
    return node === undefined ? undefined : stringLiteral(node, this.reporter);
  }

  boolean(name: string): boolean | undefined {
    return this.literal(name, (value) => typeof value === "boolean");
  }

  number(name: string): number | undefined {
    return this.literal(name, (value) => typeof value === "number");
  }

  /** `null` is a value of its own, unlike absence. */
  numberOrNull(name: string): number | null | undefined {
    return this.literal(name, (value) => value === null || typeof value === "number");
  }

  strings(name: string): string[] | undefined {
    return this.literal(name, (value) => Array.isArray(value) && value.every((item) => typeof item === "string"));
  }

  /** An object within the options, such as `retryPolicy`. */
  nested(name: string): Options | undefined {
    const node = this.expression(name);
    return node === undefined ? undefined : Options.of(node, node, this.reporter);
  }

  names(): string[] {
    return [...this.properties.keys()];
  }

  private literal<T extends LiteralValue>(name: string, accepts: (value: LiteralValue) => boolean): T | undefined {
    const node = this.expression(name);
    if (node === undefined) return undefined;
    const value = literalValue(node);
    if (value !== undefined && accepts(value)) return value as T;
    this.reporter.report("E1003", node, { detail: name });
    return undefined;
  }
}

function isPlainName(name: ts.PropertyName): name is ts.Identifier | ts.StringLiteral {
  return ts.isIdentifier(name) || ts.isStringLiteral(name);
}

/** The text of a string literal; a diagnostic and undefined for anything else. */
export function stringLiteral(node: ts.Expression, reporter: Reporter): string | undefined {
  const expression = unwrap(node);
  if (ts.isStringLiteral(expression) || ts.isNoSubstitutionTemplateLiteral(expression)) {
    if (ts.isStringLiteral(expression)) return expression.text;
  }
  reporter.report("E1002", node);
  return undefined;
}

/** The value that an expression stands for, as far as it is literal; arithmetic of numbers is worked out. */
export function literalValue(node: ts.Expression): LiteralValue | undefined {
  const expression = unwrap(node);
  if (ts.isStringLiteral(expression)) return expression.text;
  if (ts.isNumericLiteral(expression)) return Number(expression.text);
  if (expression.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (expression.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (expression.kind === ts.SyntaxKind.NullKeyword) return null;
  if (ts.isPrefixUnaryExpression(expression)) {
    const operand = literalValue(expression.operand);
    return expression.operator === ts.SyntaxKind.MinusToken && typeof operand === "number" ? -operand : undefined;
  }
  if (ts.isBinaryExpression(expression)) return arithmetic(expression);
  if (ts.isArrayLiteralExpression(expression)) {
    const values = expression.elements.map(literalValue);
    return values.every((value) => value !== undefined) ? values : undefined;
  }
  return undefined;
}

function arithmetic({ left, operatorToken, right }: ts.BinaryExpression): number | undefined {
  const [a, b] = [literalValue(left), literalValue(right)];
  if (typeof a !== "number" || typeof b !== "number") return undefined;
  switch (operatorToken.kind) {
    case ts.SyntaxKind.PlusToken:
      return a + b;
    case ts.SyntaxKind.MinusToken:
      return a - b;
    case ts.SyntaxKind.AsteriskToken:
      return a * b;
    case ts.SyntaxKind.SlashToken:
      return a / b;
    default:
      return undefined;
  }
}

/** The expression within parentheses, `as`, `satisfies` and `!`. */
function unwrap(node: ts.Expression): ts.Expression {
  let expression = node;
  while (
    ts.isParenthesizedExpression(expression) ||
    ts.isAsExpression(expression) ||
    ts.isSatisfiesExpression(expression) ||
    ts.isNonNullExpression(expression)
  ) {
    expression = expression.expression;
  }
  return expression;
}
