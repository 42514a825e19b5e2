/** What a tree must be like: the hash of each file, and of everything that a path has been, the latest last. */
export class TreeModel {
  files = new Map<string, string>();
  readonly history = new Map<string, string[]>();
  crashes = 0;

  /** Makes the change, unless it must be refused: then nothing changes. Tells whether it was made. */
  change(changes: { writes?: readonly [path: string, hash: string][]; deletes?: readonly string[] }): boolean {
    const next = new Map(this.files);
    for (const path of changes.deletes ?? []) for (const below of subtree(next, path)) next.delete(below);
    for (const [path, hash] of changes.writes ?? []) next.set(path, hash);
    if (hasClash(next)) return false;
    for (const [path, hash] of changes.writes ?? []) this.history.set(path, [...(this.history.get(path) ?? []), hash]);
    this.files = next;
    return true;
  }

  /** Moves a file or a folder over whatever is at `to`. */
  move(from: string, to: string): boolean {
    const moved = subtree(this.files, from);
    if (moved.length === 0 || to === from || to.startsWith(`${from}/`) || from.startsWith(`${to}/`)) return false;
    const writes = moved.map((path): [string, string] => [to + path.slice(from.length), this.files.get(path) ?? ""]);
    return this.change({ deletes: [from, to], writes });
  }

  exists(path: string): boolean {
    return subtree(this.files, path).length > 0;
  }

  /** By the bytes of the paths. */
  listing(): [path: string, hash: string][] {
    return [...this.files].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }
}

function subtree(files: ReadonlyMap<string, string>, path: string): string[] {
  return [...files.keys()].filter((file) => file === path || file.startsWith(`${path}/`));
}

/** A file cannot have anything below it. */
function hasClash(files: ReadonlyMap<string, string>): boolean {
  return [...files.keys()].some((path) => subtree(files, path).length > 1);
}
