import ts from "typescript";
import type { Modules } from "../model/modules";
import type { Reporter } from "../model/reporter";
import type { Declaration, Field, Schema } from "../model/types";
import { intersect, isNever, NEVER } from "./assignability";
import { readConditional } from "./conditional";
import { readIndexedAccess, readMapped } from "./keyed-types";
import { readMembers } from "./objects";
import { ANY, literal, type Reading, type Scope, type TypeReader } from "./reading";
import { References } from "./references";
import { unionOf } from "./utility-types";
import { combine, unsupportedRules } from "./validation";
import { readTypeQuery } from "./value-types";

/**
 * Turns type annotations into schemas. It works on the syntax alone, as Encore's parser does: nothing is inferred, so
 * what is not written down is not known.
 */
export class SchemaReader implements TypeReader {
  readonly declarations: Record<string, Declaration> = {};
  private readonly references: References;

  constructor(
    private readonly modules: Modules,
    private readonly reporter: Reporter,
  ) {
    this.references = new References({ modules, reporter, reader: this, declarations: this.declarations });
  }

  read(node: ts.TypeNode, scope: Scope): Reading {
    switch (node.kind) {
      case ts.SyntaxKind.StringKeyword:
        return { schema: { kind: "string" } };
      case ts.SyntaxKind.NumberKeyword:
        return { schema: { kind: "number" } };
      case ts.SyntaxKind.BooleanKeyword:
        return { schema: { kind: "boolean" } };
      case ts.SyntaxKind.BigIntKeyword:
        return { schema: { kind: "decimal" } };
      case ts.SyntaxKind.AnyKeyword:
      case ts.SyntaxKind.UnknownKeyword:
        return ANY;
      case ts.SyntaxKind.VoidKeyword:
      case ts.SyntaxKind.UndefinedKeyword:
        return { ...ANY, nothing: true };
      case ts.SyntaxKind.NeverKeyword:
        return { schema: NEVER };
      default:
        return this.readStructure(node, scope);
    }
  }

  private readStructure(node: ts.TypeNode, scope: Scope): Reading {
    if (ts.isParenthesizedTypeNode(node)) return this.read(node.type, scope);
    if (ts.isLiteralTypeNode(node)) return this.readLiteral(node);
    if (ts.isArrayTypeNode(node)) {
      return { schema: { kind: "array", element: this.readValue(node.elementType, scope).schema } };
    }
    if (ts.isTypeLiteralNode(node)) return readMembers(node.members, scope, { reader: this });
    if (ts.isUnionTypeNode(node)) return this.readUnion(node, scope);
    if (ts.isIntersectionTypeNode(node)) return this.readIntersection(node, scope);
    if (ts.isTypeReferenceNode(node)) return this.references.read(node, scope);
    if (ts.isTypeOperatorNode(node)) return this.readOperator(node, scope);
    if (ts.isIndexedAccessTypeNode(node)) return readIndexedAccess(node, scope, this);
    if (ts.isMappedTypeNode(node)) return readMapped(node, scope, this);
    if (ts.isConditionalTypeNode(node)) return readConditional(node, scope, this);
    if (ts.isTypeQueryNode(node)) {
      const schema = readTypeQuery(node, scope, this.modules);
      return schema === undefined ? this.unsupported(node, "the type of this value") : { schema };
    }
    if (ts.isTupleTypeNode(node)) return this.unsupported(node, "a tuple");
    if (ts.isTemplateLiteralTypeNode(node)) return this.unsupported(node, "a template literal type");
    if (ts.isFunctionTypeNode(node)) return this.unsupported(node, "a function");
    return this.unsupported(node, `'${node.getText()}'`);
  }

  readValue(node: ts.TypeNode, scope: Scope): Reading {
    const reading = this.read(node, scope);
    if (reading.rule !== undefined) {
      this.reporter.report("E1206", node, { detail: `'${node.getText()}' stands on its own` });
      return ANY;
    }
    return reading.nothing === true || isNever(reading.schema)
      ? this.unsupported(node, `a value of type ${node.getText()}`)
      : reading;
  }

  unsupported(node: ts.Node, what: string): Reading {
    this.reporter.report("E1202", node, { detail: what });
    return ANY;
  }

  resolve(schema: Schema): Schema {
    let current = schema;
    while (current.kind === "ref") {
      const target: Declaration | undefined = this.declarations[current.id];
      if (target === undefined) return { kind: "any" };
      current = target.schema;
    }
    return current;
  }

  fieldsOf(schema: Schema): Field[] | undefined {
    const resolved = this.resolve(schema);
    return resolved.kind === "object" ? resolved.fields : undefined;
  }

  private readLiteral(node: ts.LiteralTypeNode): Reading {
    const value = node.literal;
    if (value.kind === ts.SyntaxKind.NullKeyword) return { schema: { kind: "null" } };
    if (value.kind === ts.SyntaxKind.TrueKeyword) return literal(true);
    if (value.kind === ts.SyntaxKind.FalseKeyword) return literal(false);
    if (ts.isStringLiteral(value)) return literal(value.text);
    if (ts.isNumericLiteral(value)) return literal(Number(value.text));
    if (ts.isPrefixUnaryExpression(value) && ts.isNumericLiteral(value.operand)) {
      return literal(-Number(value.operand.text));
    }
    return this.unsupported(node, "this kind of literal");
  }

  private readUnion(node: ts.UnionTypeNode, scope: Scope): Reading {
    const readings = node.types.map((type) => this.read(type, scope));
    const rules = readings.flatMap(({ rule }) => (rule === undefined ? [] : [rule]));
    const rule = combine("or", rules);
    if (rule !== undefined && rules.length === readings.length) return { ...ANY, rule };
    if (rule !== undefined) this.reporter.report("E1206", node, { detail: "a rule is a member of a union of types" });
    const values = readings.filter((reading) => reading.nothing !== true);
    const wire = values.find((reading) => reading.wire !== undefined)?.wire;
    return {
      schema: unionOf(values.map(({ schema }) => schema)),
      ...(values.length < readings.length || values.some(({ optional }) => optional === true)
        ? { optional: true }
        : {}),
      ...(wire === undefined ? {} : { wire }),
    };
  }

  /** A value with rules, or several objects as one. */
  private readIntersection(node: ts.IntersectionTypeNode, scope: Scope): Reading {
    const readings = node.types.map((type) => this.read(type, scope));
    const values = readings.filter(({ rule }) => rule === undefined);
    const rule = combine(
      "and",
      readings.flatMap((reading) => (reading.rule === undefined ? [] : [reading.rule])),
    );
    const [first] = values;
    if (first === undefined) return { ...ANY, ...(rule === undefined ? {} : { rule }) };
    if (values.length === 1) {
      for (const unsupported of rule === undefined ? [] : unsupportedRules(rule, this.resolve(first.schema))) {
        this.reporter.report("E1206", node, { detail: `${unsupported} cannot be applied to this type` });
      }
      const validation = combine(
        "and",
        [first.schema.validation, rule].filter((expr) => expr !== undefined),
      );
      return { ...first, schema: { ...first.schema, ...(validation === undefined ? {} : { validation }) } };
    }
    return { schema: values.map(({ schema }) => schema).reduce((a, b) => intersect(a, b, this)) };
  }

  private readOperator(node: ts.TypeOperatorNode, scope: Scope): Reading {
    if (node.operator === ts.SyntaxKind.ReadonlyKeyword) return this.read(node.type, scope);
    if (node.operator === ts.SyntaxKind.KeyOfKeyword) {
      const fields = this.fieldsOf(this.read(node.type, scope).schema);
      if (fields !== undefined)
        return { schema: unionOf(fields.map(({ name }) => ({ kind: "literal", value: name }))) };
    }
    return this.unsupported(node, `'${node.getText()}'`);
  }
}
