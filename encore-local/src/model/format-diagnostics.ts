import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Diagnostic } from "./diagnostic";

/** All diagnostics for people: place, code, what is wrong, the line with a mark below it, what to do. */
export function formatDiagnostics(diagnostics: Diagnostic[], root: string): string {
  const texts = diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, root));
  const count = diagnostics.length === 1 ? "1 error" : `${diagnostics.length} errors`;
  return `${texts.join("\n")}\n${count}\n`;
}

function formatDiagnostic({ code, message, remedy, location }: Diagnostic, root: string): string {
  const { file, line, column } = location;
  const text = sourceLine(path.join(root, file), line);
  const gutter = String(line);
  const mark = " ".repeat(Math.max(0, column - 1));
  const excerpt = text === undefined ? "" : `  ${gutter} | ${text}\n  ${" ".repeat(gutter.length)} | ${mark}^\n`;
  return `${file}:${line}:${column} ${code} ${message}\n${excerpt}  ${remedy}\n`;
}

function sourceLine(file: string, line: number): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n")[line - 1]?.replaceAll("\t", " ") : undefined;
}
