import type { FileEntry } from "./api";

/** How many entries of one folder are drawn before the rest is counted. */
const MAX_PER_FOLDER = 12;

interface Folder {
  folders: Map<string, Folder>;
  files: string[];
}

/** The top two levels of a tree, as lines to print. */
export function drawTree(entries: FileEntry[]): string[] {
  const root: Folder = { folders: new Map(), files: [] };
  for (const entry of entries) {
    const segments = entry.path.split("/");
    const name = segments.pop() ?? "";
    const folder = segments.reduce(child, root);
    if (entry.kind === "directory") child(folder, name);
    else folder.files.push(name);
  }
  return [...root.folders]
    .sort(byName)
    .flatMap(([name, folder]) => [`${name}/  ${summary(folder)}`])
    .concat(limited(root.files.toSorted(), MAX_PER_FOLDER));
}

function child(folder: Folder, name: string): Folder {
  const existing = folder.folders.get(name) ?? { folders: new Map(), files: [] };
  folder.folders.set(name, existing);
  return existing;
}

function byName([a]: [string, Folder], [b]: [string, Folder]): number {
  return a < b ? -1 : 1;
}

function summary(folder: Folder): string {
  const files = countFiles(folder);
  return `(${files} ${files === 1 ? "file" : "files"})`;
}

function countFiles(folder: Folder): number {
  return [...folder.folders.values()].reduce((sum, inner) => sum + countFiles(inner), folder.files.length);
}

function limited(lines: string[], most: number): string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most), `... and ${lines.length - most} more`];
}
