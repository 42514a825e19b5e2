import ts from "typescript";
import type { Reporter } from "./reporter";

interface OptionsContext {
  /** Where to report that there are no options at all. */
  at: ts.Node;
  /** The names that mean something; any other is refused. */
  known: readonly string[];
  reporter: Reporter;
}

/**
 * The options of a resource, as they stand in the source: reads one after another and reports what is wrong with each.
 * As in Encore's parser, nothing but `name: literal` counts: no variables, spreads, methods or type assertions.
 */
export class Options {
  readonly #properties = new Map<string, ts.Expression>();
  /** Options whose form was refused: they are there, but have no value. */
  readonly #refused = new Set<string>();

  private constructor(
    readonly node: ts.ObjectLiteralExpression,
    private readonly context: Omit<OptionsContext, "at">,
  ) {
    for (const property of node.properties) this.#add(property);
  }

  /** Undefined, with a diagnostic, when the expression is no object literal. */
  static of(node: ts.Expression | undefined, { at, ...context }: OptionsContext): Options | undefined {
    if (node !== undefined && ts.isObjectLiteralExpression(node)) return new Options(node, context);
    if (node === undefined) context.reporter.report("E1005", at, { detail: "options" });
    else context.reporter.report("E1001", node);
    return undefined;
  }

  has(name: string): boolean {
    return this.#properties.has(name) || this.#refused.has(name);
  }

  expression(name: string): ts.Expression | undefined {
    return this.#properties.get(name);
  }

  string(name: string): string | undefined {
    const node = this.expression(name);
    return node === undefined ? undefined : stringLiteral(node, this.context.reporter);
  }

  boolean(name: string): boolean | undefined {
    return this.#read(name, "expected boolean literal", (node) => {
      if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
      return node.kind === ts.SyntaxKind.FalseKeyword ? false : undefined;
    });
  }

  /** A whole number, not negative, which may be worked out from others: `4 * 1024`. */
  number(name: string): number | undefined {
    return this.#read(name, "expected unsigned number literal", countLiteral);
  }

  /** `null` is a value of its own, unlike absence. */
  numberOrNull(name: string): number | null | undefined {
    const node = this.expression(name);
    return node?.kind === ts.SyntaxKind.NullKeyword ? null : this.number(name);
  }

  strings(name: string): string[] | undefined {
    const node = this.expression(name);
    if (node === undefined) return undefined;
    const { reporter } = this.context;
    if (!ts.isArrayLiteralExpression(node)) {
      reporter.report("E1003", node, { detail: `${name}: expected array literal` });
      return undefined;
    }
    return node.elements.flatMap((element) => stringLiteral(element, reporter) ?? []);
  }

  /** An object within the options, such as `retryPolicy`. */
  nested(name: string, known: readonly string[]): Options | undefined {
    const node = this.expression(name);
    return node === undefined ? undefined : Options.of(node, { at: node, known, reporter: this.context.reporter });
  }

  #add(property: ts.ObjectLiteralElementLike): void {
    const { reporter, known } = this.context;
    if (!ts.isPropertyAssignment(property) || !isPlainName(property.name)) {
      const form = ts.isSpreadAssignment(property) ? "the spread operator" : `'${property.name?.getText()}'`;
      reporter.report("E1001", property, { detail: `${form} is not of the form name: value` });
      this.#refused.add(property.name?.getText() ?? "");
      return;
    }
    const name = property.name.text;
    const fault = known.includes(name) ? `'${name}' is there twice` : `'${name}'`;
    if (!known.includes(name) || this.#properties.has(name)) reporter.report("E1004", property, { detail: fault });
    else this.#properties.set(name, property.initializer);
  }

  #read<T>(name: string, expected: string, read: (node: ts.Expression) => T | undefined): T | undefined {
    const node = this.expression(name);
    if (node === undefined) return undefined;
    const value = read(node);
    if (value === undefined) this.context.reporter.report("E1003", node, { detail: `${name}: ${expected}` });
    return value;
  }
}

function isPlainName(name: ts.PropertyName): name is ts.Identifier | ts.StringLiteral {
  return ts.isIdentifier(name) || ts.isStringLiteral(name);
}

/** The text of a string literal; a diagnostic and undefined for anything else. */
export function stringLiteral(node: ts.Expression, reporter: Reporter): string | undefined {
  if (ts.isStringLiteral(node)) return node.text;
  reporter.report("E1002", node);
  return undefined;
}

function countLiteral(node: ts.Expression): number | undefined {
  const value = integerLiteral(node);
  return value !== undefined && value >= 0 ? value : undefined;
}

/** The whole number that an expression stands for, as far as it is made of literals. */
function integerLiteral(node: ts.Expression): number | undefined {
  if (ts.isNumericLiteral(node)) return whole(Number(node.text));
  if (ts.isPrefixUnaryExpression(node)) {
    const operand = integerLiteral(node.operand);
    if (operand === undefined) return undefined;
    if (node.operator === ts.SyntaxKind.MinusToken) return -operand;
    return node.operator === ts.SyntaxKind.PlusToken ? operand : undefined;
  }
  return ts.isBinaryExpression(node) ? arithmetic(node) : undefined;
}

const whole = (value: number): number | undefined => (Number.isInteger(value) ? value : undefined);

function arithmetic({ left, operatorToken, right }: ts.BinaryExpression): number | undefined {
  const [a, b] = [integerLiteral(left), integerLiteral(right)];
  if (a === undefined || b === undefined) return undefined;
  switch (operatorToken.kind) {
    case ts.SyntaxKind.PlusToken:
      return a + b;
    case ts.SyntaxKind.MinusToken:
      return a - b;
    case ts.SyntaxKind.AsteriskToken:
      return a * b;
    case ts.SyntaxKind.PercentToken:
      return whole(a % b);
    case ts.SyntaxKind.SlashToken:
      return whole(a / b);
    default:
      return undefined;
  }
}
