import type ts from "typescript";
import type { Module, Modules } from "../model/modules";
import type { Reporter } from "../model/reporter";
import type { UseRules } from "../model/resource-uses";
import type { AppModel, PrimitiveLists } from "../model/types";
import type { SchemaReader } from "../schema/schema-reader";
import type { AuthHandler } from "./gateway/parse";

/** A call or `new` of something that an `encore.dev` package exports. */
export interface Use {
  node: ts.CallExpression | ts.NewExpression;
  module: Module;
  /** Such as `encore.dev/api`. */
  package: string;
  /** Such as `api`, `SQLDatabase`. */
  name: string;
  /** What stands behind the dot: `raw` of `api.raw(...)`. */
  member?: string;
  /** The constant that the result is bound to; absent for none. */
  binding?: { name: string; node: ts.Identifier; exported: boolean };
  /** False inside a function or a class. */
  topLevel: boolean;
}

/** What a parser of a primitive works with. */
export interface ParseContext {
  /** Absolute path of the app. */
  root: string;
  modules: Modules;
  reporter: Reporter;
  schemas: SchemaReader;
  /** Auth handlers, until the gateways that use them are known. */
  authHandlers: AuthHandler[];
  /** The model so far; each parser adds what it finds. */
  model: AppModel;
  /** The service that a file belongs to: the nearest folder upwards with an encore.service.ts. */
  serviceOf(file: string): string | undefined;
  /** The Encore name of the resource that an expression refers to, such as a topic's behind the constant. */
  resourceName(expression: ts.Expression, module: Module): string | undefined;
  /** Runs `work` when every use was parsed: for what refers to other resources. */
  later(work: () => void): void;
  /** Notes the name of a resource that a constant is bound to. */
  bindResource(use: Use, name: string): void;
}

/**
 * How one primitive is found in the source. The smallest, secrets, is the template for the next. `Lists` are the parts of the
 * model that it fills.
 */
export interface PrimitiveParser<Lists extends keyof PrimitiveLists = never> {
  /** The package that exports it, such as `encore.dev/config`. */
  package: string;
  /** The names by which the package exports it. */
  exports: readonly string[];
  /** True when its resources belong to a service: a folder that has one is a service even without an encore.service.ts. */
  inService?: true;
  /** Its part of the model, empty. */
  lists(): Pick<PrimitiveLists, Lists>;
  /** What may be done with its resources; absent for anything. */
  uses?: UseRules;
  parse(use: Use, context: ParseContext): void;
}

/** Module path without extension, as the generated entry point imports it. */
export function modulePath(use: Use): string {
  return use.module.file.replace(/\.tsx?$/, "");
}
