import ts from "typescript";
import type { Diagnostic } from "./diagnostic";
import type { Location } from "./types";

/**
 * Every diagnostic that the reader can give: what is wrong (a function of the particulars) and what to do. The codes are
 * stable. They follow what Encore's own parser rejects; `E19..` are limits of this runtime.
 */
const CATALOGUE = {
  E1001: ["expected object literal", "Write the options in place, as { ... }, without a variable or a spread."],
  E1002: ["expected string literal", "Write the text in place, in quotes, without a variable, a template or a sum."],
  E1003: ["expected a literal value", "Write the value in place; the parser does not run code."],
  E1004: ["unexpected option", "Remove it, or correct its name."],
  E1005: ["missing option or argument", "Add it."],
  E1101: ["must be defined at the top level of a module", "Move it out of the function and bind it to a constant."],
  E1102: ["must be bound to a variable", "Write `export const name = ...`."],
  E1103: ["defined twice", "Give one of them another name."],
  E1104: ["invalid name", "Give it a name of lower-case letters, digits and underscores."],
  E1201: ["expected named interface type", "Use an interface or an object type, and put the value into a field of it."],
  E1202: ["type not supported in a schema", "Use plain interfaces, arrays, unions and the basic types."],
  E1203: ["type could not be found", "Import it, or declare it in a file of the app."],
  E1204: [
    "type not supported for query parameters",
    "Use a string, number, boolean or an array of them, or send a body.",
  ],
  E1205: ["type not supported for path parameters", "Use string, number or boolean."],
  E1206: [
    "unsupported validation",
    "Attach a rule with '&' to a type that it is for: lengths to strings and arrays, Min and Max to numbers, the others to strings.",
  ],
  E1207: [
    "authHandler parameter type can only consist of Query, Header and Cookie fields",
    "Declare the field as Header<...>, Query<...> or Cookie<...>.",
  ],
  E1208: ["http status can only be defined once per response type", "Remove the other fields of type HttpStatus."],
  E1209: [
    "invalid regular expression",
    "Correct the pattern. It is in the syntax of Rust's regex crate: without look-around and references back, and here with flags such as (?i) at its beginning only.",
  ],
  E1301: [
    "invalid path",
    "Begin with '/', and give each ':param' and '*wildcard' a name; a wildcard is the last segment.",
  ],
  E1302: ["path parameter not found in request schema", "Add a field of that name to the request type."],
  E1303: [
    "conflicting paths",
    "Change one of the paths; two that differ only in a parameter's name cannot be told apart.",
  ],
  E1304: ["invalid method", "Use GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, TRACE or CONNECT in capitals, or '*'."],
  E1305: ["wrong number of type parameters", "Give the handshake's type only if the handler takes a handshake."],
  E1401: ["not inside a service", "Put it into a folder with an encore.service.ts, or below one."],
  E1402: ["services cannot be nested", "Move the inner service out of the outer one's folder."],
  E1403: ["path must stay inside the app", "Use a path below this file's folder, without '..'."],
  E1404: ["file or folder not found", "Create it, or correct the path."],
  E1405: ["must be the default export", "Write `export default new Service(...)`."],
  E1406: ["not seen by Encore's parser", "Import the name itself."],
  E1501: ["invalid duration", "Write a number and a unit (ns, us, ms, s, m, h), such as '30s' or '1h30m'."],
  E1502: [
    "invalid schedule",
    "Use `every` with whole minutes up to a day, such as '5m', or `schedule` with a cron expression of five fields.",
  ],
  E1503: ["reference could not be resolved", "Refer to a resource that is bound to a constant of the app."],
  E1504: [
    "invalid migration filename",
    "Name it N_what_it_does.up.sql, with N counting up from 1, or as the tool does that `source` names.",
  ],
  E1505: ["use of a resource that the parser cannot follow", "Call a method of it."],
  E1506: [
    "invalid database query",
    "Correct the SQL. What a template puts in is always a value, never a part of the text.",
  ],
  E1601: ["syntax error", "Correct the syntax."],
  E1602: ["invalid encore.app", "See https://encore.dev/docs/ts/develop/app-structure."],
  E1901: ["not provided by encore-local", "Run the app under Encore's own CLI, or do without it."],
} as const satisfies Record<string, readonly [string, string]>;

export type DiagnosticCode = keyof typeof CATALOGUE;

export interface ReportOptions {
  /** Particulars that follow the catalogue's text. */
  detail?: string;
  /** Replaces the catalogue's remedy. */
  remedy?: string;
}

/** Collects diagnostics, all of them. */
export class Reporter {
  readonly diagnostics: Diagnostic[] = [];

  report(code: DiagnosticCode, at: ts.Node | Location, options: ReportOptions = {}): void {
    const [text, remedy] = CATALOGUE[code];
    this.diagnostics.push({
      code,
      severity: "error",
      message: options.detail === undefined ? text : `${text}: ${options.detail}`,
      remedy: options.remedy ?? remedy,
      location: "kind" in at ? locationOf(at) : at,
    });
  }
}

export function locationOf(node: ts.Node): Location {
  const source = node.getSourceFile();
  const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source));
  return { file: source.fileName, line: line + 1, column: character + 1 };
}

/** The doc comment in front of a declaration, without its marks; undefined when there is none. */
export function docOf(node: ts.Node): string | undefined {
  // A property may stand in the middle of a statement, whose comment is not its own.
  const owner = ts.isPropertySignature(node) ? node : (ts.findAncestor(node, (n) => ts.isStatement(n)) ?? node);
  const target = ts.isStatement(owner) && owner !== node && !ts.isVariableStatement(owner) ? node : owner;
  const text = target.getSourceFile().text;
  const comments = ts.getLeadingCommentRanges(text, target.pos) ?? [];
  const last = comments.at(-1);
  // A comment that a blank line separates is a heading of the file, not of the declaration.
  if (last === undefined || /\n\s*\n/.test(text.slice(last.end, target.getStart()))) return undefined;
  const raw = text.slice(last.pos, last.end);
  const lines = raw.startsWith("/*")
    ? raw
        .replace(/^\/\*+|\*+\/$/g, "")
        .split("\n")
        .map((line) => line.replace(/^\s*\*? ?/, ""))
    : [raw.replace(/^\/\/ ?/, "")];
  const doc = lines.join("\n").trim();
  return doc === "" ? undefined : doc;
}
