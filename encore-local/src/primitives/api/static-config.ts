import { statSync } from "node:fs";
import ts from "typescript";
import type { Options } from "../../model/literals";
import type { PathSegment, StaticConfig } from "../../model/types";
import type { ParseContext, Use } from "../parser";
import { besideModule } from "./parse";

export const STATIC_OPTIONS = ["dir", "notFound", "notFoundStatus", "headers"];

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

/** An absolute path that is below the file's folder and is what it should be. */
function readLocalPath(options: Options, name: "dir" | "notFound", { use, context }: StaticUse): string | undefined {
  const relative = options.string(name);
  const node = options.expression(name);
  if (relative === undefined || node === undefined) return undefined;
  if (relative.startsWith("/") || relative.split("/").includes("..")) {
    context.reporter.report("E1403", node, { detail: relative });
    return undefined;
  }
  const absolute = besideModule(use, context, relative);
  const found = statSync(absolute, { throwIfNoEntry: false });
  if (!(name === "dir" ? found?.isDirectory() : found?.isFile())) {
    context.reporter.report("E1404", node, { detail: relative });
  }
  return absolute;
}

/** Besides a folder, a path of files may have one part that varies, at its end. */
export function checkStaticPath(segments: readonly PathSegment[], at: ts.Node, { reporter }: ParseContext): void {
  const varies = segments.findIndex(({ kind }) => kind !== "literal");
  const after = varies < 0 ? undefined : segments[varies + 1];
  if (after === undefined) return;
  const what = after.kind === "literal" ? "static segments after dynamic segments" : "multiple dynamic segments";
  reporter.report("E1301", at, { detail: `static assets path cannot contain ${what}` });
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
    // Encore passes over what is of another form.
    if (!ts.isPropertyAssignment(property)) continue;
    const { name, initializer } = property;
    if (!ts.isIdentifier(name) && !ts.isStringLiteral(name)) continue;
    const values = ts.isArrayLiteralExpression(initializer) ? [...initializer.elements] : [initializer];
    const texts = values.filter(ts.isStringLiteral).map(({ text }) => text);
    if (texts.length === values.length) headers[name.text] = texts;
    else reporter.report("E1003", initializer, { detail: "header value must be a string or array of strings" });
  }
  return headers;
}
