import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { insertProject } from "../../projects/project-store";
import type { Change } from "../../vfs/batch";
import { findFile } from "../../vfs/entry";
import { listEntries } from "../../vfs/listing";
import { storeNamed } from "../../vfs/stores";

// What integration tests of the file system have in common: empty projects, changes in few words, and looking at a tree.

export async function newProject(): Promise<string> {
  const project = await insertProject({ ownerId: "trees", name: randomUUID(), description: "", repository: null });
  if (project === null) throw new Error("the name was taken");
  return project.id;
}

/** A file whose text is its path, unless given. */
export function file(path: string, text = path): Change & { kind: "file" } {
  return { kind: "file", path, content: Buffer.from(text) };
}

export function link(path: string, target: string): Change {
  return { kind: "symlink", path, target };
}

export async function textOf(projectId: string, path: string, version?: number): Promise<string> {
  const { contentId, store } = await findFile({ projectId, path }, version);
  return (await buffer(Readable.from(storeNamed(store).open(contentId)))).toString();
}

/** Every path with what is there: a file's text, `-> target` of a symlink, `/` for a made folder. */
export async function treeOf(projectId: string): Promise<Record<string, string>> {
  const page = await listEntries({ projectId, folder: "", recursive: true, limit: 10_000, cursor: undefined });
  const tree: Record<string, string> = {};
  for (const { path, kind, linkTarget } of page.items) {
    if (kind === "file") tree[path] = await textOf(projectId, path);
    else tree[path] = kind === "symlink" ? `-> ${linkTarget}` : "/";
  }
  return tree;
}
