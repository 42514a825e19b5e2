import { existsSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { Options, stringLiteral } from "../../model/literals";
import { locationOf } from "../../model/reporter";
import type { Database } from "../../model/types";
import type { ParseContext, PrimitiveParser, Use } from "../parser";

/** `new SQLDatabase("name", { migrations: "./migrations" })`, and references by `SQLDatabase.named("name")`. */
export const sqldbParser: PrimitiveParser = {
  package: "encore.dev/storage/sqldb",
  exports: ["SQLDatabase"],

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

function readConfig(use: Use, context: ParseContext): Pick<Database, "migrationsDir" | "migrationsSource"> {
  const argument = use.node.arguments?.[1];
  if (argument === undefined) return { migrationsSource: "sequential" };
  const options = Options.of(argument, use.node, context.reporter);
  const migrations = options?.expression("migrations");
  if (options === undefined || migrations === undefined) return { migrationsSource: "sequential" };
  if (ts.isObjectLiteralExpression(migrations)) {
    const nested = Options.of(migrations, migrations, context.reporter);
    const folder = nested?.expression("path");
    const source = nested?.string("source");
    return {
      ...(folder === undefined ? {} : migrationsFolder(folder, use, context)),
      migrationsSource: source === "prisma" || source === "drizzle" ? source : "sequential",
    };
  }
  return { ...migrationsFolder(migrations, use, context), migrationsSource: "sequential" };
}

function migrationsFolder(node: ts.Expression, use: Use, { root, reporter }: ParseContext): { migrationsDir?: string } {
  const relative = stringLiteral(node, reporter);
  if (relative === undefined) return {};
  if (path.isAbsolute(relative) || relative.split("/").includes("..")) {
    reporter.report("E1403", node, { detail: relative });
    return {};
  }
  const migrationsDir = path.join(root, path.dirname(use.module.file), relative);
  if (!existsSync(migrationsDir)) reporter.report("E1404", node, { detail: relative });
  return { migrationsDir };
}
