import { type ParseError, parse } from "jsonc-parser";
import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import type { z } from "zod";
import type { TreeView } from "./detection";

/** Code that is somebody else's, or made by a build. */
const FOREIGN = new Set(["node_modules", "vendor", ".git", "dist", "build", "target", ".venv", "venv", "__pycache__"]);

/** The parser takes milliseconds for each KiB of a hostile document, and nothing else is answered meanwhile. */
const MAX_YAML_LENGTH = 64 * 1024;

interface Listing {
  files: Set<string>;
  folders: Set<string>;
}

/** A tree that is read lazily, each text at most once. */
class Tree {
  readonly #listings = new Map<string, Listing>();
  readonly #texts = new Map<string, Promise<string | null>>();

  constructor(readonly view: TreeView) {
    for (const path of view.paths) this.#add(path);
  }

  listing(folder: string): Listing {
    return this.#listings.get(folder) ?? { files: new Set(), folders: new Set() };
  }

  text(path: string): Promise<string | null> {
    let text = this.#texts.get(path);
    if (text === undefined) {
      text = this.view.readText(path);
      this.#texts.set(path, text);
    }
    return text;
  }

  #add(path: string): void {
    let child = path;
    for (let slash = path.lastIndexOf("/"); ; slash = child.lastIndexOf("/")) {
      const folder = slash < 0 ? "" : child.slice(0, slash);
      const known = this.#listings.has(folder);
      const listing = this.listing(folder);
      this.#listings.set(folder, listing);
      (child === path ? listing.files : listing.folders).add(child.slice(slash + 1));
      if (known || folder === "") return;
      child = folder;
    }
  }
}

/** A folder of a tree, as the readers of languages see it: all paths are relative to it. */
export class Folder {
  /** Relative to the tree's root; empty for the root. */
  readonly path: string;
  readonly #tree: Tree;

  private constructor(tree: Tree, path: string) {
    this.#tree = tree;
    this.path = path;
  }

  static root(view: TreeView): Folder {
    return new Folder(new Tree(view), "");
  }

  /** The folder below this one. */
  at(path: string): Folder {
    return new Folder(this.#tree, this.#absolute(path));
  }

  /** Names of the files that lie in it, not in folders of it. */
  get files(): string[] {
    return [...this.#tree.listing(this.path).files];
  }

  /** Names of its folders, without those of foreign code. */
  get folders(): string[] {
    return [...this.#tree.listing(this.path).folders].filter((name) => !FOREIGN.has(name));
  }

  /** Whether there is a file at the path, which may lie in folders. */
  has(path: string): boolean {
    const slash = path.lastIndexOf("/");
    const listing = this.#tree.listing(this.#absolute(path.slice(0, Math.max(slash, 0))));
    return listing.files.has(path.slice(slash + 1));
  }

  hasFolder(name: string): boolean {
    return this.#tree.listing(this.path).folders.has(name);
  }

  /** The first of the paths that is there. */
  first(...paths: readonly string[]): string | undefined {
    return paths.find((path) => this.has(path));
  }

  /** All files below, those of foreign code left out. */
  *everyFile(): Generator<string> {
    const prefix = this.path === "" ? "" : `${this.path}/`;
    for (const path of this.#tree.view.paths) {
      if (!path.startsWith(prefix)) continue;
      const relative = path.slice(prefix.length);
      if (!relative.split("/").some((segment) => FOREIGN.has(segment))) yield relative;
    }
  }

  /** Null when there is none. */
  async text(path: string): Promise<string | null> {
    return this.has(path) ? await this.#tree.text(this.#absolute(path)) : null;
  }

  /** Null when there is none, or it is none of that form: a broken manifest tells no more than that it is there. */
  async json<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
    return await this.#parsed(path, (text) => schema.parse(parseJson(text)));
  }

  async toml<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
    return await this.#parsed(path, (text) => schema.parse(parseToml(text)));
  }

  async yaml<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
    return await this.#parsed(path, (text) => {
      if (text.length > MAX_YAML_LENGTH) throw new Error("too long for a manifest");
      return schema.parse(parseYaml(text, { maxAliasCount: 100 }));
    });
  }

  /** As evidence names a file. */
  nameOf(path: string): string {
    return this.#absolute(path);
  }

  async #parsed<T>(path: string, parse: (text: string) => T): Promise<T | null> {
    const text = await this.text(path);
    if (text === null) return null;
    try {
      return parse(text.replace(/^\uFEFF/, ""));
    } catch {
      return null;
    }
  }

  #absolute(path: string): string {
    if (path === "") return this.path;
    return this.path === "" ? path : `${this.path}/${path}`;
  }
}

/** JSON as tools of JavaScript write it: with comments, and commas at the end. */
function parseJson(text: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  if (errors.length > 0) throw new Error("not JSON");
  return value;
}
