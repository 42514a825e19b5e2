import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";

export interface TreeFile {
  path: string;
  data: Buffer;
}

/** As large as files of source mostly are; larger ones say nothing about the cost of a file. */
const MAX_BYTES = 256 * 1024;

/** The first files of a real tree, in the order of their paths. Throws when there are not enough. */
export async function realTree(folder: string, count: number): Promise<TreeFile[]> {
  const files: TreeFile[] = [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  for (const file of paths.sort()) {
    if ((await stat(file)).size > MAX_BYTES) continue;
    files.push({ path: path.relative(folder, file).split(path.sep).join("/"), data: await readFile(file) });
    if (files.length === count) return files;
  }
  throw new Error(`${folder} has only ${files.length} files`);
}
