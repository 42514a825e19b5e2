import { existsSync } from "node:fs";
import ts from "typescript";
import { literalValue, type Options } from "../../model/literals";
import type { StaticConfig } from "../../model/types";
import type { ParseContext, Use } from "../parser";
import { besideModule } from "./parse";

interface StaticUse {
  use: Use;
  context: ParseContext;
}

/** The options of `api.static`: which folder, what for a missing file, which headers. */
export function readStaticConfig(options: Options, staticUse: StaticUse): StaticConfig | undefined {
  const { use, context } = staticUse;
  if (!options.has("dir")) {
    context.reporter.report("E1005", use.node, { detail: "dir" });
    return undefined;
  }
  const dir = readLocalPath(options, "dir", staticUse);
  if (dir === undefined) return undefined;
  const notFound = options.has("notFound") ? readLocalPath(options, "notFound", staticUse) : undefined;
  const notFoundStatus = options.number("notFoundStatus");
  const headers = readHeaders(options, context);
  return {
    dir,
    ...(notFound === undefined ? {} : { notFound }),
    ...(notFoundStatus === undefined ? {} : { notFoundStatus }),
    ...(headers === undefined ? {} : { headers }),
  };
}

/** An absolute path that is below the file's folder and exists. */
function readLocalPath(options: Options, name: string, { use, context }: StaticUse): string | undefined {
  const relative = options.string(name);
  const node = options.expression(name);
  if (relative === undefined || node === undefined) return undefined;
  if (relative.startsWith("/") || relative.split("/").includes("..")) {
    context.reporter.report("E1403", node, { detail: relative });
    return undefined;
  }
  const absolute = besideModule(use, context, relative);
  if (!existsSync(absolute)) context.reporter.report("E1404", node, { detail: relative });
  return absolute;
}

function readHeaders(options: Options, { reporter }: ParseContext): Record<string, string[]> | undefined {
  const node = options.expression("headers");
  if (node === undefined) return undefined;
  if (!ts.isObjectLiteralExpression(node)) {
    reporter.report("E1001", node);
    return undefined;
  }
  const headers: Record<string, string[]> = {};
  for (const property of node.properties) {
    const value = ts.isPropertyAssignment(property) ? literalValue(property.initializer) : undefined;
    const values = Array.isArray(value) ? value : [value];
    const name =
      property.name !== undefined && (ts.isIdentifier(property.name) || ts.isStringLiteral(property.name))
        ? property.name.text
        : undefined;
    if (name === undefined || !values.every((item) => typeof item === "string")) reporter.report("E1003", property);
    else headers[name] = values;
  }
  return headers;
}
