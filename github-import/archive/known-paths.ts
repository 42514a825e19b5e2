import { ancestors } from "../../vfs/path";
import { refused } from "./refusal";

/** A size for a file, null for a symlink. */
type Kept = number | null;

export interface KnownPath {
  /** What the path was before, when the archive has it twice. */
  before: Kept | undefined;
  /** Another path that some file systems take for the same one. */
  clash: string | undefined;
}

/** Every path that the archive brought so far. */
export class KnownPaths {
  readonly #paths = new Map<string, Kept>();
  readonly #folders = new Set<string>();
  readonly #folded = new Map<string, string>();
  /** Folders in which nothing was found so far. */
  readonly #empty = new Set<string>();
  #lastFilled = "";

  /** Notes a file or a symlink. Throws `archive_refused` for one that is a folder too, or lies below a file. */
  add(path: string, kept: Kept): KnownPath {
    if (this.#folders.has(path)) throw refused(`'${path}' is a file and a folder`);
    this.fill(path);
    const before = this.#paths.get(path);
    this.#paths.set(path, kept);
    if (before !== undefined) return { before, clash: undefined };
    const folded = (isAscii(path) ? path : path.normalize("NFC")).toLowerCase();
    const clash = this.#folded.get(folded);
    if (clash === undefined) this.#folded.set(folded, path);
    return { before, clash };
  }

  addFolder(path: string): void {
    if (this.#paths.has(path)) throw refused(`'${path}' is a file and a folder`);
    this.fill(path);
    if (!this.#folders.has(path)) this.#empty.add(path);
    this.#folders.add(path);
  }

  /** Notes that the folders above the path have something in them, be it kept or not. */
  fill(path: string): void {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    // Entries come folder by folder.
    if (parent === this.#lastFilled) return;
    for (const folder of ancestors(path)) {
      if (this.#paths.has(folder)) throw refused(`'${folder}' is a file and a folder`);
      this.#folders.add(folder);
      this.#empty.delete(folder);
    }
    this.#lastFilled = parent;
  }

  /** Folders with nothing in them: git archives a submodule as one, and has no others. */
  emptyFolders(): Iterable<string> {
    return this.#empty;
  }
}

/** Most paths are, and those have one form only. */
function isAscii(text: string): boolean {
  return !/[^\x20-\x7e]/.test(text);
}
