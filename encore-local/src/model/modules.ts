import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import type { SourceCache } from "./source-files";

/** What a name in a module stands for. */
export type Meaning =
  /** A type or an enum declared in one of the app's files. */
  | { kind: "declaration"; node: TypeDeclaration; module: Module }
  /** A value declared in one of the app's files: a variable, a function or a class. */
  | { kind: "value"; node: ts.Declaration; module: Module }
  /** Something that a package exports; `name` is `*` for the whole namespace, `default` for the default export. */
  | { kind: "external"; package: string; name: string }
  | { kind: "namespace"; module: Module };

export type TypeDeclaration =
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
  | ts.EnumDeclaration
  | ts.ClassDeclaration;

interface Import {
  specifier: string;
  /** `*` for a namespace import. */
  name: string;
}

/** A file with the names that it declares, imports and exports. */
export interface Module {
  /** Relative to the app's root. */
  file: string;
  source: ts.SourceFile;
  types: Map<string, TypeDeclaration>;
  values: Map<string, ts.Declaration>;
  imports: Map<string, Import>;
  /** What is exported under which name, where that differs from a plain local name. */
  exports: Map<string, { local: string } | Import>;
  exportStars: string[];
}

/** Reads modules on demand and finds out what names mean, following imports from file to file. */
export class Modules {
  private readonly loaded = new Map<string, Module>();
  private readonly aliases: { prefix: string; targets: string[] }[];

  constructor(
    private readonly root: string,
    private readonly sources: SourceCache,
  ) {
    this.aliases = readPathAliases(root);
  }

  load(file: string): Module {
    const known = this.loaded.get(file);
    if (known !== undefined) return known;
    const module = readModule(file, this.sources.parse(this.root, file));
    this.loaded.set(file, module);
    return module;
  }

  /** What `name` means inside `module`; undefined for what is global or unknown. */
  lookUp(module: Module, name: string): Meaning | undefined {
    const type = module.types.get(name);
    if (type !== undefined) return { kind: "declaration", node: type, module };
    const value = module.values.get(name);
    if (value !== undefined) return { kind: "value", node: value, module };
    const imported = module.imports.get(name);
    return imported === undefined ? undefined : this.follow(module, imported);
  }

  /** What `module` exports under `name`. */
  lookUpExport(module: Module, name: string, seen = new Set<Module>()): Meaning | undefined {
    if (seen.has(module)) return undefined;
    seen.add(module);
    const exported = module.exports.get(name);
    if (exported !== undefined) {
      return "local" in exported ? this.lookUp(module, exported.local) : this.follow(module, exported);
    }
    const own = this.lookUp(module, name);
    if (own !== undefined) return own;
    for (const specifier of module.exportStars) {
      const target = this.resolve(module.file, specifier);
      const found = target === undefined ? undefined : this.lookUpExport(this.load(target), name, seen);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private follow(module: Module, { specifier, name }: Import): Meaning | undefined {
    const target = this.resolve(module.file, specifier);
    if (target === undefined) return { kind: "external", package: specifier, name };
    return name === "*" ? { kind: "namespace", module: this.load(target) } : this.lookUpExport(this.load(target), name);
  }

  /** The app's file behind an import, relative to the root; undefined for packages and generated code. */
  private resolve(from: string, specifier: string): string | undefined {
    const bases = specifier.startsWith(".")
      ? [path.join(path.dirname(from), specifier)]
      : this.aliases
          .filter(({ prefix }) => specifier.startsWith(prefix))
          .flatMap(({ prefix, targets }) => targets.map((target) => path.join(target, specifier.slice(prefix.length))));
    for (const base of bases) {
      const stem = base.replace(/\.(js|ts|tsx)$/, "");
      for (const candidate of [base, `${stem}.ts`, `${stem}.tsx`, `${base}.ts`, path.join(base, "index.ts")]) {
        if (/\.tsx?$/.test(candidate) && this.isFile(candidate)) return candidate.split(path.sep).join("/");
      }
    }
    return undefined;
  }

  private isFile(file: string): boolean {
    const absolute = path.join(this.root, file);
    return existsSync(absolute) && statSync(absolute).isFile();
  }
}

/** `paths` of tsconfig.json of the form `prefix/*`, but for Encore's generated code, which holds nothing to read. */
function readPathAliases(root: string): { prefix: string; targets: string[] }[] {
  const file = path.join(root, "tsconfig.json");
  if (!existsSync(file)) return [];
  const { config } = ts.parseConfigFileTextToJson(file, readFileSync(file, "utf8")) as {
    config?: { compilerOptions?: { paths?: Record<string, string[]> } };
  };
  return Object.entries(config?.compilerOptions?.paths ?? {})
    .filter(([pattern]) => pattern.endsWith("*") && !pattern.startsWith("~encore/"))
    .map(([pattern, targets]) => ({
      prefix: pattern.slice(0, -1),
      targets: targets.map((target) => target.replace(/\*$/, "")),
    }));
}

function readModule(file: string, source: ts.SourceFile): Module {
  const module: Module = {
    file,
    source,
    types: new Map(),
    values: new Map(),
    imports: new Map(),
    exports: new Map(),
    exportStars: [],
  };
  for (const statement of source.statements) readStatement(module, statement);
  return module;
}

function readStatement(module: Module, statement: ts.Statement): void {
  if (ts.isImportDeclaration(statement)) readImport(module, statement);
  else if (ts.isExportDeclaration(statement)) readExport(module, statement);
  else if (ts.isExportAssignment(statement) && ts.isIdentifier(statement.expression)) {
    module.exports.set("default", { local: statement.expression.text });
  } else if (
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement)
  ) {
    module.types.set(statement.name.text, statement);
  } else if (ts.isClassDeclaration(statement) && statement.name !== undefined) {
    module.types.set(statement.name.text, statement);
  } else if (ts.isFunctionDeclaration(statement) && statement.name !== undefined) {
    module.values.set(statement.name.text, statement);
  } else if (ts.isVariableStatement(statement)) {
    for (const declaration of statement.declarationList.declarations) {
      if (ts.isIdentifier(declaration.name)) module.values.set(declaration.name.text, declaration);
    }
  }
}

function readImport(module: Module, statement: ts.ImportDeclaration): void {
  if (!ts.isStringLiteral(statement.moduleSpecifier)) return;
  const specifier = statement.moduleSpecifier.text;
  const clause = statement.importClause;
  if (clause?.name !== undefined) module.imports.set(clause.name.text, { specifier, name: "default" });
  const bindings = clause?.namedBindings;
  if (bindings === undefined) return;
  if (ts.isNamespaceImport(bindings)) module.imports.set(bindings.name.text, { specifier, name: "*" });
  else {
    for (const element of bindings.elements) {
      module.imports.set(element.name.text, { specifier, name: (element.propertyName ?? element.name).text });
    }
  }
}

function readExport(module: Module, statement: ts.ExportDeclaration): void {
  const from = statement.moduleSpecifier;
  const specifier = from !== undefined && ts.isStringLiteral(from) ? from.text : undefined;
  if (statement.exportClause === undefined) {
    if (specifier !== undefined) module.exportStars.push(specifier);
    return;
  }
  if (ts.isNamespaceExport(statement.exportClause)) {
    if (specifier !== undefined) module.exports.set(statement.exportClause.name.text, { specifier, name: "*" });
    return;
  }
  for (const element of statement.exportClause.elements) {
    const name = (element.propertyName ?? element.name).text;
    module.exports.set(element.name.text, specifier === undefined ? { local: name } : { specifier, name });
  }
}
