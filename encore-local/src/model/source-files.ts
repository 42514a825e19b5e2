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

/** Syntax trees of the files of an app, kept for as long as their text is the same. */
export class SourceCache {
  readonly #trees = new Map<string, ts.SourceFile>();

  /** The file's syntax tree, with parents. `file` is relative to `root`. */
  parse(root: string, file: string): ts.SourceFile {
    const absolute = path.join(root, file);
    const text = readFileSync(absolute, "utf8");
    const known = this.#trees.get(absolute);
    if (known?.text === text) return known;
    const kind = file.endsWith(".tsx") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
    const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true, kind);
    this.#trees.set(absolute, tree);
    return tree;
  }
}
