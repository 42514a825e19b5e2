import ts from "typescript";
import type { Meaning, Module, Modules, TypeDeclaration } from "../model/modules";
import { docOf, locationOf, type Reporter } from "../model/reporter";
import type { Declaration, Field, Schema } from "../model/types";
import { readEncoreType } from "./encore-types";
import { fromField, readMembers, toField } from "./objects";
import { ANY, literal, type Reading, type Scope, type TypeReader } from "./reading";
import { literalNames, UTILITY_TYPES, unionOf } from "./utility-types";
import { combine } from "./validation";

/**
 * Turns type annotations into schemas. It works on the syntax alone, as Encore's parser does: nothing is inferred, so
 * what is not written down is not known.
 */
export class SchemaReader implements TypeReader {
  readonly declarations: Record<string, Declaration> = {};

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
      default:
        return this.readStructure(node, scope);
    }
  }

  private readStructure(node: ts.TypeNode, scope: Scope): Reading {
    if (ts.isParenthesizedTypeNode(node)) return this.read(node.type, scope);
    if (ts.isLiteralTypeNode(node)) return this.readLiteral(node);
    if (ts.isArrayTypeNode(node)) {
      return { schema: { kind: "array", element: this.read(node.elementType, scope).schema } };
    }
    if (ts.isTypeLiteralNode(node)) return readMembers(node.members, scope, { reader: this });
    if (ts.isUnionTypeNode(node)) return this.readUnion(node, scope);
    if (ts.isIntersectionTypeNode(node)) return this.readIntersection(node, scope);
    if (ts.isTypeReferenceNode(node)) return this.readReference(node, scope);
    if (ts.isTypeOperatorNode(node)) return this.readOperator(node, scope);
    if (ts.isIndexedAccessTypeNode(node)) return this.readIndexedAccess(node, scope);
    if (ts.isMappedTypeNode(node)) return this.readMapped(node, scope);
    if (ts.isTupleTypeNode(node)) return this.unsupported(node, "a tuple");
    if (ts.isTemplateLiteralTypeNode(node)) return this.unsupported(node, "a template literal type");
    if (ts.isFunctionTypeNode(node)) return this.unsupported(node, "a function");
    return this.unsupported(node, `'${node.getText()}'`);
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
      const validation = combine(
        "and",
        [first.schema.validation, rule].filter((expr) => expr !== undefined),
      );
      return { ...first, schema: { ...first.schema, ...(validation === undefined ? {} : { validation }) } };
    }
    const fields = new Map<string, Field>();
    for (const { schema } of values) {
      const own = this.fieldsOf(schema);
      if (own === undefined) return this.unsupported(node, "an intersection of other things than objects");
      for (const field of own) fields.set(field.name, field);
    }
    return { schema: { kind: "object", fields: [...fields.values()] } };
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

  private readIndexedAccess(node: ts.IndexedAccessTypeNode, scope: Scope): Reading {
    if (ts.isParenthesizedTypeNode(node.objectType) && ts.isTypeQueryNode(node.objectType.type)) {
      return this.unsupported(node, "the type of a value; write the union out");
    }
    const object = this.resolve(this.read(node.objectType, scope).schema);
    const index = this.read(node.indexType, scope).schema;
    if (object.kind === "array" && index.kind === "number") return { schema: object.element };
    const names = literalNames(index, this);
    const fields = object.kind === "object" ? object.fields.filter(({ name }) => names?.includes(name)) : [];
    const [only] = fields;
    if (fields.length === 1 && only !== undefined) return fromField(only);
    if (fields.length > 1) return { schema: unionOf(fields.map(({ schema }) => schema)) };
    return this.unsupported(node, `'${node.getText()}'`);
  }

  private readMapped(node: ts.MappedTypeNode, scope: Scope): Reading {
    const constraint = node.typeParameter.constraint;
    if (constraint === undefined || node.type === undefined || node.nameType !== undefined) {
      return this.unsupported(node, "this kind of mapped type");
    }
    const key = this.read(constraint, scope).schema;
    const names = literalNames(key, this);
    if (names === undefined) return { schema: { kind: "map", value: this.read(node.type, scope).schema } };
    const valueType = node.type;
    const fields = names.map((name) => {
      const bindings = new Map(scope.bindings).set(node.typeParameter.name.text, literal(name));
      const reading = this.read(valueType, { ...scope, bindings });
      const optional = node.questionToken?.kind === ts.SyntaxKind.MinusToken ? false : node.questionToken !== undefined;
      const field = toField(name, reading, optional);
      return node.questionToken?.kind === ts.SyntaxKind.MinusToken ? { ...field, optional: false } : field;
    });
    return { schema: { kind: "object", fields } };
  }

  private readReference(node: ts.TypeReferenceNode, scope: Scope): Reading {
    const args = (node.typeArguments ?? []).map((argument) => this.read(argument, scope));
    if (ts.isQualifiedName(node.typeName)) return this.readQualified(node, node.typeName, { scope, args });
    const name = node.typeName.text;
    const bound = scope.bindings.get(name);
    if (bound !== undefined) return bound;
    const meaning = this.modules.lookUp(scope.module, name);
    if (meaning !== undefined) return this.readMeaning(meaning, node, args);
    const utility = UTILITY_TYPES.get(name);
    if (utility !== undefined) return utility({ node, args, reader: this });
    if (isGlobalClass(name)) return this.unsupported(node, name);
    this.reporter.report("E1203", node, { detail: name });
    return ANY;
  }

  /** `namespace.Type`, or a member of an enum. */
  private readQualified(
    node: ts.TypeReferenceNode,
    { left, right }: ts.QualifiedName,
    { scope, args }: { scope: Scope; args: Reading[] },
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

  private readMeaning(meaning: Meaning, node: ts.TypeReferenceNode, args: Reading[]): Reading {
    switch (meaning.kind) {
      case "declaration":
        return this.readDeclaration(meaning, args);
      case "external": {
        const known = readEncoreType(meaning.package, meaning.name, args);
        return known ?? this.unsupported(node, `'${meaning.name}' of ${meaning.package}`);
      }
      default:
        return this.unsupported(node, `'${node.getText()}', which is no type`);
    }
  }

  private readDeclaration({ node, module }: { node: TypeDeclaration; module: Module }, args: Reading[]): Reading {
    if (ts.isEnumDeclaration(node)) {
      return { schema: unionOf([...enumMembers(node).values()].map((value) => ({ kind: "literal", value }))) };
    }
    if (ts.isClassDeclaration(node)) return this.unsupported(node, "a class; declare an interface in its place");
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

/** Only types with a body of their own can contain themselves; all else is read in place. */
function mayRecur(node: ts.TypeNode): boolean {
  return ts.isTypeLiteralNode(node) || (ts.isUnionTypeNode(node) && node.types.some((type) => !isSimple(type)));
}

function isSimple(node: ts.TypeNode): boolean {
  return ts.isLiteralTypeNode(node) || ts.isToken(node) || node.kind === ts.SyntaxKind.UndefinedKeyword;
}

/** Names of the platform's classes, for a diagnostic that says more than "not found". */
function isGlobalClass(name: string): boolean {
  return name in globalThis;
}

function enumMembers(node: ts.EnumDeclaration): Map<string, string | number> {
  const members = new Map<string, string | number>();
  let next = 0;
  for (const { name, initializer } of node.members) {
    const value = initializer === undefined ? next : enumValue(initializer);
    if (typeof value === "number") next = value + 1;
    if (ts.isIdentifier(name) || ts.isStringLiteral(name)) members.set(name.text, value);
  }
  return members;
}

function enumValue(node: ts.Expression): string | number {
  if (ts.isStringLiteral(node)) return node.text;
  if (ts.isPrefixUnaryExpression(node)) return -Number(node.operand.getText());
  return Number(node.getText());
}
