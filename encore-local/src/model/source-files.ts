import { type Dirent, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

const SKIPPED_FOLDERS = new Set(["node_modules", "encore.gen", "__tests__"]);

/** Whether Encore's parser reads a file of this name: TypeScript, but no test and no declarations. */
function isSource(name: string): boolean {
  return /\.(ts|tsx)$/.test(name) && !/\.(test|spec)\.tsx?$/.test(name) && !name.endsWith(".d.ts");
}

/** Paths of the source files below `root`, relative to it, with forward slashes, in a stable order. */
export function listSourceFiles(root: string): string[] {
  const found: string[] = [];
  const visit = (folder: string) => {
    const entries: Dirent[] = readdirSync(path.join(root, folder), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith(".")) continue;
      const relative = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) visit(relative);
      else if (entry.isFile() && isSource(entry.name)) found.push(relative);
    }
  };
  visit("");
  return found;
}

/** The file's syntax tree, with parents. `file` is relative to `root`. */
export function parseSourceFile(root: string, file: string): ts.SourceFile {
  const text = readFileSync(path.join(root, file), "utf8");
  const kind = file.endsWith(".tsx") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  return ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true, kind);
}
