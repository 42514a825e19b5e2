import ts from "typescript";
import type { Meaning, Module, Modules, TypeDeclaration } from "../model/modules";
import { docOf, locationOf, type Reporter } from "../model/reporter";
import type { Declaration } from "../model/types";
import { readEncoreType } from "./encore-types";
import { enumMembers } from "./enums";
import { readMembers } from "./objects";
import { ANY, literal, type Reading, type Scope, type TypeReader } from "./reading";
import { mayRecur } from "./recursion";
import { UTILITY_TYPES, unionOf } from "./utility-types";
import { isRule, patternFault, ruleOf } from "./validation";

export interface ReferencesOptions {
  modules: Modules;
  reporter: Reporter;
  /** Reads what a name's declaration is made of. */
  reader: TypeReader;
  /** Filled with what is found, by id. */
  declarations: Record<string, Declaration>;
}

/** Names of types: what they stand for in their module, and their declarations. */
export class References {
  private readonly modules: Modules;
  private readonly reporter: Reporter;
  private readonly reader: TypeReader;
  private readonly declarations: Record<string, Declaration>;
  /** Each enum's members are checked once. */
  private readonly readEnums = new Set<ts.EnumDeclaration>();

  constructor({ modules, reporter, reader, declarations }: ReferencesOptions) {
    this.modules = modules;
    this.reporter = reporter;
    this.reader = reader;
    this.declarations = declarations;
  }

  read(node: ts.TypeReferenceNode, scope: Scope): Reading {
    const args = () => (node.typeArguments ?? []).map((argument) => this.reader.read(argument, scope));
    if (ts.isQualifiedName(node.typeName)) return this.readQualified(node, node.typeName, { scope, args });
    const name = node.typeName.text;
    const bound = scope.bindings.get(name);
    if (bound !== undefined) return bound;
    const meaning = this.modules.lookUp(scope.module, name);
    if (meaning !== undefined) return this.readMeaning(meaning, node, args);
    const utility = UTILITY_TYPES.get(name);
    if (utility !== undefined) return utility({ node, args: args(), reader: this.reader });
    if (isGlobalClass(name)) return this.reader.unsupported(node, name);
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
    return this.reader.unsupported(node, `'${node.getText()}'; declare an interface in its place`);
  }

  private readMeaning(meaning: Meaning, node: ts.TypeReferenceNode, args: () => Reading[]): Reading {
    switch (meaning.kind) {
      case "declaration":
        if (ts.isClassDeclaration(meaning.node)) {
          return this.reader.unsupported(node, "a class; declare an interface in its place");
        }
        return this.readDeclaration(meaning, args());
      case "external": {
        if (meaning.package === "encore.dev/validate" && isRule(meaning.name))
          return this.readRule(meaning.name, node, args());
        const known = readEncoreType(meaning.package, meaning.name, args());
        return known ?? this.reader.unsupported(node, `'${meaning.name}' of ${meaning.package}`);
      }
      default:
        return this.reader.unsupported(node, `'${node.getText()}', which is no type`);
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
    if (ts.isTypeAliasDeclaration(node) && !mayRecur(node.type)) return this.reader.read(node.type, scope);
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
      : this.reader.read(node.type, scope).schema;
  }

  private readInterface(node: ts.InterfaceDeclaration, scope: Scope): Reading {
    const parents = (node.heritageClauses ?? []).flatMap((clause) => clause.types);
    const base = parents.flatMap((parent) => {
      const name = parent.expression;
      if (!ts.isIdentifier(name)) return [];
      const reference = ts.factory.createTypeReferenceNode(name, parent.typeArguments);
      const readings = this.read(Object.assign(reference, { parent: node }), scope);
      return this.reader.fieldsOf(readings.schema) ?? [];
    });
    return readMembers(node.members, scope, { reader: this.reader, base });
  }

  private bind(node: TypeDeclaration, args: Reading[], module: Module): Map<string, Reading> {
    const bindings = new Map<string, Reading>();
    const parameters = ts.isEnumDeclaration(node) ? [] : (node.typeParameters ?? []);
    for (const [index, parameter] of parameters.entries()) {
      const fallback = parameter.default;
      const argument = args[index] ?? (fallback === undefined ? ANY : this.reader.read(fallback, { module, bindings }));
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
