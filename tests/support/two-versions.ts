import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

/** More than is stored in one piece. */
const LARGE = 600_000;

/** The files of a repository's version: one that the other version has as well, one of its own, and one that is large. */
export const version = (of: string) => ({ README: of, [`only-${of}`]: of, large: of.repeat(LARGE) });

/** Makes a folder a repository's version, whatever it was before. */
export async function pushVersion(folder: string, of: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(version(of))) await writeFile(path.join(folder, name), text);
}
