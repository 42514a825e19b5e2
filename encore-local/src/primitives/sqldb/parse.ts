import { existsSync, statSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { Options, stringLiteral } from "../../model/literals";
import { locationOf } from "../../model/reporter";
import type { Location } from "../../model/types";
import { misnamedMigrations } from "../../postgres/migrations";
import type { ParseContext, PrimitiveParser, Use } from "../parser";

declare module "../../model/types" {
  interface AppModel {
    databases: Database[];
  }
}

export interface Database {
  name: string;
  /** Absolute; absent when the database is only referenced by `SQLDatabase.named`. */
  migrationsDir?: string;
  /** Whose layout of files the folder has; "sequential" is Encore's own. */
  migrationsSource: "sequential" | "prisma" | "drizzle" | "drizzle/v1";
  location: Location;
}

/** `new SQLDatabase("name", { migrations: "./migrations" })`, and references by `SQLDatabase.named("name")`. */
export const sqldbParser: PrimitiveParser<"databases"> = {
  package: "encore.dev/storage/sqldb",
  exports: ["SQLDatabase"],
  lists: () => ({ databases: [] }),
  uses: {
    remedy: "Call a method of it, or pass it to a function as an argument of its own.",
    holdsSql: true,
    faultOf: ({ kind }) => (kind === "other" || kind === "callee" ? "invalid use of database resource" : undefined),
  },

  parse(use, context) {
    const { node, topLevel } = use;
    const { reporter, model } = context;
    if (!topLevel) return reporter.report("E1101", node, { detail: "SQLDatabase" });
    const argument = node.arguments?.[0];
    if (argument === undefined) return reporter.report("E1005", node, { detail: "the database's name" });
    const name = stringLiteral(argument, reporter);
    if (name === undefined) return;
    context.bindResource(use, name);
    if (use.member === "named") {
      return context.later(() => {
        if (model.databases.some((database) => database.name === name)) return;
        reporter.report("E1503", node, { detail: `no database is named '${name}'` });
      });
    }
    if (!ts.isNewExpression(node)) return;
    if (model.databases.some((database) => database.name === name)) {
      return reporter.report("E1103", node, { detail: `database '${name}'` });
    }
    model.databases.push({ name, ...readConfig(use, context), location: locationOf(node) });
  },
};

type MigrationsConfig = Pick<Database, "migrationsDir" | "migrationsSource">;

const SOURCES = ["prisma", "drizzle", "drizzle/v1"] as const;

function readConfig(use: Use, context: ParseContext): MigrationsConfig {
  const { reporter } = context;
  const argument = use.node.arguments?.[1];
  if (argument === undefined) return { migrationsSource: "sequential" };
  const options = Options.of(argument, { at: use.node, known: ["migrations"], reporter });
  const migrations = options?.expression("migrations");
  if (options === undefined || migrations === undefined) return { migrationsSource: "sequential" };
  if (!ts.isObjectLiteralExpression(migrations)) return migrationsFolder(migrations, "sequential", { use, context });
  const nested = Options.of(migrations, { at: migrations, known: ["path", "source"], reporter });
  const folder = nested?.expression("path");
  if (nested === undefined || folder === undefined) {
    if (nested !== undefined) reporter.report("E1005", migrations, { detail: "path" });
    return { migrationsSource: "sequential" };
  }
  const named = nested.string("source");
  const source = SOURCES.find((known) => known === named);
  if (named !== undefined && source === undefined) {
    const remedy = `Use ${SOURCES.map((known) => `"${known}"`).join(", ")}, or leave it out.`;
    reporter.report("E1003", nested.expression("source") ?? folder, { detail: `source: '${named}'`, remedy });
  }
  return migrationsFolder(folder, source ?? "sequential", { use, context });
}

function migrationsFolder(
  node: ts.Expression,
  migrationsSource: Database["migrationsSource"],
  { use, context: { root, reporter } }: { use: Use; context: ParseContext },
): MigrationsConfig {
  const relative = stringLiteral(node, reporter);
  if (relative === undefined) return { migrationsSource };
  if (path.isAbsolute(relative) || relative.split("/").includes("..")) {
    reporter.report("E1403", node, { detail: relative });
    return { migrationsSource };
  }
  const migrationsDir = path.join(root, path.dirname(use.module.file), relative);
  if (!existsSync(migrationsDir)) reporter.report("E1404", node, { detail: relative });
  else if (!statSync(migrationsDir).isDirectory()) {
    reporter.report("E1404", node, { detail: `${relative} is not a folder` });
  } else {
    for (const file of misnamedMigrations(migrationsDir, migrationsSource)) {
      reporter.report("E1504", node, { detail: file });
    }
  }
  return { migrationsDir, migrationsSource };
}
