import { createReadStream } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Pack, pack } from "tar-stream";

/** Folders that a repository of the folder would not hold. */
const LEFT_OUT = new Set([".git", "node_modules", "encore.gen", ".encore-local"]);

interface FolderEntry {
  /** Relative, with forward slashes. */
  path: string;
  size: number;
  executable: boolean;
  /** When it was changed, in milliseconds since 1970. */
  changedAt: number;
  linkTarget?: string;
}

/** Every file and symlink below a folder. */
export async function listFolder(folder: string): Promise<FolderEntry[]> {
  const entries: FolderEntry[] = [];
  const visit = async (relative: string): Promise<void> => {
    for (const entry of await readdir(path.join(folder, relative), { withFileTypes: true })) {
      const child = relative === "" ? entry.name : `${relative}/${entry.name}`;
      const absolute = path.join(folder, child);
      if (entry.isDirectory()) {
        if (!LEFT_OUT.has(entry.name)) await visit(child);
      } else if (entry.isSymbolicLink()) {
        entries.push({ path: child, size: 0, executable: false, changedAt: 0, linkTarget: await readlink(absolute) });
      } else if (entry.isFile()) {
        const { size, mode, mtimeMs } = await lstat(absolute);
        entries.push({ path: child, size, executable: (mode & 0o111) !== 0, changedAt: mtimeMs });
      }
    }
  };
  await visit("");
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A tar of the folder as `git archive` would make it: a comment with the commit's id, then everything below the prefix. */
export function folderArchive(folder: string, { prefix, commit }: { prefix: string; commit: string }): Readable {
  const tar = pack();
  fill(tar, folder, { prefix, commit }).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return Readable.from(tar);
}

async function fill(tar: Pack, folder: string, { prefix, commit }: { prefix: string; commit: string }): Promise<void> {
  tar.entry({ name: prefix, type: "directory", mode: 0o755, pax: { comment: commit } });
  for (const entry of await listFolder(folder)) {
    const name = `${prefix}${entry.path}`;
    if (entry.linkTarget !== undefined) {
      tar.entry({ name, type: "symlink", linkname: entry.linkTarget });
      continue;
    }
    const sink = tar.entry({ name, type: "file", mode: entry.executable ? 0o755 : 0o644, size: entry.size });
    await pipeline(createReadStream(path.join(folder, entry.path)), sink);
  }
}
