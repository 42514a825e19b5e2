import ts from "typescript";
import type { Meaning, Module, Modules, TypeDeclaration } from "../model/modules";
import { docOf, locationOf, type Reporter } from "../model/reporter";
import type { Declaration, Field, Schema } from "../model/types";
import { intersect, isNever, NEVER } from "./assignability";
import { readConditional } from "./conditional";
import { readEncoreType } from "./encore-types";
import { enumMembers } from "./enums";
import { readIndexedAccess, readMapped } from "./keyed-types";
import { readMembers } from "./objects";
import { ANY, literal, type Reading, type Scope, type TypeReader } from "./reading";
import { mayRecur } from "./recursion";
import { UTILITY_TYPES, unionOf } from "./utility-types";
import { combine, isRule, patternFault, ruleOf, unsupportedRules } from "./validation";
import { readTypeQuery } from "./value-types";

/**
 * Turns type annotations into schemas. It works on the syntax alone, as Encore's parser does: nothing is inferred, so
 * what is not written down is not known.
 */
export class SchemaReader implements TypeReader {
  readonly declarations: Record<string, Declaration> = {};
  /** Each enum's members are checked once. */
  private readonly readEnums = new Set<ts.EnumDeclaration>();

  constructor(
    private readonly modules: Modules,
    private readonly reporter: Reporter,
  ) {}

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
    if (ts.isTypeReferenceNode(node)) return this.readReference(node, scope);
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

  private readReference(node: ts.TypeReferenceNode, scope: Scope): Reading {
    const args = () => (node.typeArguments ?? []).map((argument) => this.read(argument, scope));
    if (ts.isQualifiedName(node.typeName)) return this.readQualified(node, node.typeName, { scope, args });
    const name = node.typeName.text;
    const bound = scope.bindings.get(name);
    if (bound !== undefined) return bound;
    const meaning = this.modules.lookUp(scope.module, name);
    if (meaning !== undefined) return this.readMeaning(meaning, node, args);
    const utility = UTILITY_TYPES.get(name);
    if (utility !== undefined) return utility({ node, args: args(), reader: this });
    if (isGlobalClass(name)) return this.unsupported(node, name);
    this.reporter.report("E1203", node, { detail: name });
    return ANY;
  }

  /** `namespace.Type`, or a member of an enum. */
  private readQualified(
    node: ts.TypeReferenceNode,
    { left, right }: ts.QualifiedName,
    { scope, args }: { scope: Scope; args: () => Reading[] },
  ): Reading {
    const meaning = ts.isIdentifier(left) ? this.modules.lookUp(scope.module, left.text) : undefined;
    if (meaning?.kind === "namespace") {
      const member = this.modules.lookUpExport(meaning.module, right.text);
      if (member !== undefined) return this.readMeaning(member, node, args);
    }
    if (meaning?.kind === "external" && meaning.name === "*") {
      return this.readMeaning({ ...meaning, name: right.text }, node, args);
    }
    if (meaning?.kind === "declaration" && ts.isEnumDeclaration(meaning.node)) {
      const member = enumMembers(meaning.node).get(right.text);
      if (member !== undefined) return literal(member);
    }
    // `z.infer<typeof schema>` ends here: what a library works out is not written down anywhere.
    return this.unsupported(node, `'${node.getText()}'; declare an interface in its place`);
  }

  private readMeaning(meaning: Meaning, node: ts.TypeReferenceNode, args: () => Reading[]): Reading {
    switch (meaning.kind) {
      case "declaration":
        if (ts.isClassDeclaration(meaning.node)) {
          return this.unsupported(node, "a class; declare an interface in its place");
        }
        return this.readDeclaration(meaning, args());
      case "external": {
        if (meaning.package === "encore.dev/validate" && isRule(meaning.name))
          return this.readRule(meaning.name, node, args());
        const known = readEncoreType(meaning.package, meaning.name, args());
        return known ?? this.unsupported(node, `'${meaning.name}' of ${meaning.package}`);
      }
      default:
        return this.unsupported(node, `'${node.getText()}', which is no type`);
    }
  }

  private readRule(name: string, node: ts.TypeReferenceNode, args: Reading[]): Reading {
    const rule = ruleOf(name, args[0]);
    if (typeof rule === "string") {
      this.reporter.report("E1206", node, { detail: rule });
      return ANY;
    }
    const fault = patternFault(rule);
    if (fault === undefined) return { ...ANY, rule };
    this.reporter.report("E1209", node.typeArguments?.[0] ?? node, { detail: fault });
    return ANY;
  }

  private readDeclaration({ node, module }: { node: TypeDeclaration; module: Module }, args: Reading[]): Reading {
    if (ts.isEnumDeclaration(node)) {
      if (!this.readEnums.has(node)) {
        enumMembers(node, (member, fault) => this.reporter.report("E1202", member, { detail: fault }));
      }
      this.readEnums.add(node);
      return { schema: unionOf([...enumMembers(node).values()].map((value) => ({ kind: "literal", value }))) };
    }
    if (ts.isClassDeclaration(node)) return ANY;
    const bindings = this.bind(node, args, module);
    const scope: Scope = { module, bindings };
    if (ts.isTypeAliasDeclaration(node) && !mayRecur(node.type)) return this.read(node.type, scope);
    const id = `${module.file}#${node.name.text}${args.length === 0 ? "" : JSON.stringify(args)}`;
    if (this.declarations[id] === undefined) this.declare(id, { node, args }, scope);
    return { schema: { kind: "ref", id } };
  }

  private declare(id: string, { node, args }: NamedType, scope: Scope): void {
    const doc = docOf(node);
    const declaration: Declaration = {
      name: node.name.text,
      ...(args.length === 0 ? {} : { typeArguments: args.map(({ schema }) => schema) }),
      schema: { kind: "any" },
      ...(doc === undefined ? {} : { doc }),
      location: locationOf(node),
    };
    // In place before its body is read, so that a type may contain itself.
    this.declarations[id] = declaration;
    declaration.schema = ts.isInterfaceDeclaration(node)
      ? this.readInterface(node, scope).schema
      : this.read(node.type, scope).schema;
  }

  private readInterface(node: ts.InterfaceDeclaration, scope: Scope): Reading {
    const parents = (node.heritageClauses ?? []).flatMap((clause) => clause.types);
    const base = parents.flatMap((parent) => {
      const name = parent.expression;
      if (!ts.isIdentifier(name)) return [];
      const reference = ts.factory.createTypeReferenceNode(name, parent.typeArguments);
      const readings = this.readReference(Object.assign(reference, { parent: node }), scope);
      return this.fieldsOf(readings.schema) ?? [];
    });
    return readMembers(node.members, scope, { reader: this, base });
  }

  private bind(node: TypeDeclaration, args: Reading[], module: Module): Map<string, Reading> {
    const bindings = new Map<string, Reading>();
    const parameters = ts.isEnumDeclaration(node) ? [] : (node.typeParameters ?? []);
    for (const [index, parameter] of parameters.entries()) {
      const fallback = parameter.default;
      const argument = args[index] ?? (fallback === undefined ? ANY : this.read(fallback, { module, bindings }));
      bindings.set(parameter.name.text, argument);
    }
    return bindings;
  }
}

interface NamedType {
  node: ts.InterfaceDeclaration | ts.TypeAliasDeclaration;
  args: Reading[];
}

/** Names of the platform's classes, for a diagnostic that says more than "not found". */
function isGlobalClass(name: string): boolean {
  return name in globalThis;
}
