/** What code can be written in, as far as it is told apart here. `unknown` when nothing tells. */
export type Language =
  | "typescript"
  | "javascript"
  | "python"
  | "go"
  | "rust"
  | "java"
  | "ruby"
  | "php"
  | "dotnet"
  | "elixir"
  | "deno"
  | "cpp"
  | "static"
  | "shell"
  | "unknown";

/** Shell lines, run in the folder that they are for; null where there is nothing to run, or nothing tells what. */
export interface Commands {
  install: string | null;
  build: string | null;
  start: string | null;
  test: string | null;
}

export type Fact =
  | "language"
  | "framework"
  | "packageManager"
  | "runtimeVersion"
  | "port"
  | "install"
  | "build"
  | "start"
  | "test";

/** Why a fact is held to be so. */
export interface Evidence {
  fact: Fact;
  /** The file that decided it, relative to the tree's root. */
  file: string;
  /** For people: `depends on next`. */
  because: string;
  /** From 0 to 1; 1 where the file says so itself, less where it is a convention. */
  confidence: number;
}

/** One way to read a folder of code. */
export interface Stack {
  language: Language;
  /** What people call it, for the log: `Node.js/TypeScript`. */
  label: string;
  framework: string | null;
  packageManager: string | null;
  /** As the project writes it, which may be a range: `20`, `>=3.11`, `1.22`. */
  runtimeVersion: string | null;
  commands: Commands;
  /** Where the started program listens. */
  port: number | null;
  evidence: Evidence[];
  /** From 0 to 1: that this is the language which the folder is about. */
  confidence: number;
}

/** A part of a monorepo that is a project of its own. */
export interface App extends Stack {
  /** Its folder. */
  path: string;
  /** As its manifest calls it; else the folder's name. */
  name: string;
}

export interface Monorepo {
  /** Who knows the members: `pnpm`, `npm`, `yarn`, `bun`, `uv`, `cargo`, `go`, `lerna`, `nx`; `folders` for mere convention. */
  tool: string;
  /** Who runs tasks over them. */
  runner: "nx" | "turbo" | "lerna" | null;
  evidence: { file: string; because: string }[];
  /** By path. */
  apps: App[];
  /** There are more apps than are listed. */
  truncated: boolean;
}

/** What a tree is: the primary reading, beside all others. */
export interface Detection extends Stack {
  /** Every reading of the root, the primary one first; empty when only files told, or nothing. */
  matches: Stack[];
  monorepo: Monorepo | null;
}

/** The tree: every path, and the text of those that are asked for. */
export interface TreeView {
  paths: readonly string[];
  /** Null for a file that is missing, or too large to be a manifest. */
  readText(path: string): Promise<string | null>;
}
