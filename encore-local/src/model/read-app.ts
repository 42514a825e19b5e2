import path from "node:path";
import ts from "typescript";
import { reportConflicts } from "../primitives/api/conflicts";
import { emptyLists, PRIMITIVE_PARSERS } from "../primitives/parse-registry";
import type { ParseContext, PrimitiveParser, Use } from "../primitives/parser";
import { SchemaReader } from "../schema/schema-reader";
import { readAppFile } from "./app-file";
import type { Diagnostic } from "./diagnostic";
import { type Module, Modules } from "./modules";
import { refuse } from "./refused";
import { locationOf, Reporter } from "./reporter";
import { CLIENT_USES, checkResourceUses, type SqlText, type UseRules } from "./resource-uses";
import { addImplicitServices, findServices, serviceOf } from "./services";
import { listSourceFiles, SourceCache } from "./source-files";
import type { AppModel } from "./types";
import { type EncoreUse, findUses } from "./uses";

export interface ReadAppResult {
  /** For `checkSql`, which takes a moment of its own. */
  statements: SqlText[];
  /** Complete only when there are no diagnostics. */
  model: AppModel;
  diagnostics: Diagnostic[];
}

/**
 * Reads the app in the folder `root` (absolute, with an encore.app). Nothing of the app is run. With the `sources` of an
 * earlier call only what has changed is parsed again.
 */
export function readApp(root: string, sources = new SourceCache()): ReadAppResult {
  const reporter = new Reporter();
  const modules = new Modules(root, sources);
  const files = listSourceFiles(root);
  const loaded = files.map((file) => modules.load(file));
  for (const module of loaded) reportSyntaxErrors(module, reporter);

  const schemas = new SchemaReader(modules, reporter);
  const model: AppModel = {
    root,
    app: readAppFile(root, reporter),
    services: findServices(files, modules, reporter),
    ...emptyLists(),
    declarations: schemas.declarations,
  };
  const deferred: (() => void)[] = [];
  const context = createContext({ root, modules, reporter, schemas, model, deferred });
  const uses = loaded.map((module) => ({ module, found: findUses(module) }));
  const serving = uses.filter(({ found }) => found.some((use) => parserOf(use)?.inService));
  addImplicitServices(
    model.services,
    serving.map(({ module }) => module),
    root,
  );
  for (const use of uses.flatMap(({ found }) => found)) parseUse(use, context);
  for (const work of deferred) work();
  const statements: SqlText[] = [];
  for (const module of loaded) {
    checkResourceUses(module, {
      reporter,
      rulesOf: (name) => context.rulesOf(name, module),
      onSql: (node, text) => statements.push({ text, location: locationOf(node) }),
      onUse: (name, rules) => rules.onUse?.(name, module, context),
    });
  }
  reportConflicts(
    model.services.flatMap((service) => service.endpoints),
    reporter,
  );
  return { model, diagnostics: reporter.diagnostics, statements };
}

const parserOf = (use: Use): PrimitiveParser | undefined =>
  PRIMITIVE_PARSERS.find(({ package: name, exports }) => name === use.package && exports.includes(use.name));

function parseUse(use: EncoreUse, context: ParseContext): void {
  const parser = parserOf(use);
  if (parser === undefined) refuse(use, context.reporter);
  else if (use.throughNamespace) reportNamespace(use, context.reporter);
  else parser.parse(use, context);
}

function reportNamespace(use: EncoreUse, reporter: Reporter): void {
  const remedy = `Write import { ${use.name} } from "${use.package}".`;
  reporter.report("E1406", use.node, { detail: `${use.name} through the namespace of its package`, remedy });
}

type ContextParts = Pick<ParseContext, "root" | "modules" | "reporter" | "schemas" | "model"> & {
  deferred: (() => void)[];
};

interface ReadContext extends ParseContext {
  rulesOf(name: string, module: Module): UseRules | undefined;
}

function createContext({ deferred, ...parts }: ContextParts): ReadContext {
  /** Encore names by the constants that hold the resources. */
  const resources = new Map<string, { name: string; rules: UseRules | undefined }>();
  const key = (module: Module, name: string) => `${module.file}#${name}`;
  const resourceNamed = (name: string, module: Module) => {
    const meaning = parts.modules.lookUp(module, name);
    if (meaning?.kind !== "value" || !ts.isVariableDeclaration(meaning.node)) return undefined;
    return resources.get(key(meaning.module, meaning.node.name.getText()));
  };
  return {
    ...parts,
    authHandlers: [],
    serviceOf: (file) => serviceOf(file, parts.model.services),
    later: (work) => deferred.push(work),
    bindResource(use, name) {
      const { binding, module } = use;
      if (binding !== undefined) resources.set(key(module, binding.name), { name, rules: parserOf(use)?.uses });
    },
    resourceName(expression, module) {
      return ts.isIdentifier(expression) ? resourceNamed(expression.text, module)?.name : undefined;
    },
    rulesOf(name, module) {
      if (module.imports.get(name)?.specifier === "~encore/clients") return CLIENT_USES;
      return resourceNamed(name, module)?.rules;
    },
  };
}

/** What the compiler says of the text alone. */
function reportSyntaxErrors(module: Module, reporter: Reporter): void {
  // Not part of the public type, but the only place where a parse without a program keeps its errors.
  const { parseDiagnostics = [] } = module.source as { parseDiagnostics?: ts.DiagnosticWithLocation[] };
  for (const { start, messageText } of parseDiagnostics) {
    const { line, character } = module.source.getLineAndCharacterOfPosition(start);
    const location = { ...locationOf(module.source), line: line + 1, column: character + 1 };
    reporter.report(
      "E1601",
      { ...location, file: path.posix.normalize(module.file) },
      {
        detail: ts.flattenDiagnosticMessageText(messageText, " "),
      },
    );
  }
}
