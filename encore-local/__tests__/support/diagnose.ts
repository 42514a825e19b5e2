import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "vitest";
import type { Diagnostic } from "../../src/model/diagnostic";
import { formatDiagnostics } from "../../src/model/format-diagnostics";
import { type ReadAppResult, readApp } from "../../src/model/read-app";
import { checkSql } from "../../src/model/sql-syntax";

export const API = 'import { api, Gateway, Header, HttpStatus, Query } from "encore.dev/api";\n';
export const SERVICE = (name: string) =>
  `import { Service } from "encore.dev/service";\nexport default new Service("${name}");\n`;

/** One endpoint whose request and response types stand in the source. */
export const endpoint = (
  request: string,
  response = "void",
  options = '{ expose: true, method: "POST", path: "/a" }',
) => `${API}export const a = api(${options}, async (p: ${request}): Promise<${response}> => { throw p; });\n`;

/** Stands in a source in front of what a diagnostic is expected to point to. */
const MARK = "▶";

export interface Diagnosis extends ReadAppResult {
  /** All that `check` prints. */
  printed: string;
}

/** Reads an app that consists of the files, beside a service `svc`. */
export async function diagnose(files: Record<string, string>): Promise<Diagnosis> {
  const root = await mkdtemp(path.join(tmpdir(), "encore-local-diagnostics-"));
  try {
    const all = { "encore.app": '{ "lang": "typescript" }', "svc/encore.service.ts": SERVICE("svc"), ...files };
    for (const [file, text] of Object.entries(all)) {
      await mkdir(path.join(root, path.dirname(file)), { recursive: true });
      await writeFile(path.join(root, file), text.replace(MARK, ""));
    }
    const result = readApp(root);
    const diagnostics = [...result.diagnostics, ...(await checkSql(result.statements))];
    return { ...result, diagnostics, printed: formatDiagnostics(diagnostics, root) };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Expects the one diagnostic of that code, at the mark in the source, in `svc/a.ts` unless told. */
export async function expectDiagnostic(
  code: string,
  source: string,
  { file = "svc/a.ts", files = {} }: { file?: string; files?: Record<string, string> } = {},
): Promise<Diagnostic> {
  const { diagnostics, printed } = await diagnose({ ...files, [file]: source });
  expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
  const [diagnostic] = diagnostics;
  if (diagnostic === undefined) throw new Error("there is no diagnostic");
  const before = source.slice(0, source.indexOf(MARK));
  if (source.includes(MARK)) {
    const line = before.split("\n").length;
    expect(diagnostic.location).toEqual({ file, line, column: before.length - before.lastIndexOf("\n") });
  }
  const { line, column } = diagnostic.location;
  expect(printed).toContain(`${file}:${line}:${column} ${code} ${diagnostic.message}\n`);
  expect(diagnostic.remedy).not.toBe("");
  return diagnostic;
}
