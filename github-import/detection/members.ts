import picomatch from "picomatch";
import { z } from "zod";
import type { Folder } from "./folder";
import { packageJson } from "./languages/node/manifest";
import { pyproject } from "./languages/python/requirements";

/** What says which folders are members of a monorepo. */
export interface Declaration {
  tool: string;
  file: string;
  because: string;
  /** Folders, some of them by patterns. */
  include: string[];
  exclude: string[];
}

const list = z.array(z.string().catch("")).catch([]).default([]);
const pnpmWorkspace = z.object({ packages: list });
const lernaJson = z.object({ packages: list });
const cargoWorkspace = z.object({ workspace: z.object({ members: list, exclude: list }) });

/** The declarations at the root, the package manager's first. */
export async function readDeclarations(root: Folder): Promise<Declaration[]> {
  const found = [
    declaration("pnpm", "pnpm-workspace.yaml", (await root.yaml("pnpm-workspace.yaml", pnpmWorkspace))?.packages),
    await nodeWorkspaces(root),
    declaration("lerna", "lerna.json", (await root.json("lerna.json", lernaJson))?.packages),
    await uvWorkspace(root),
    await cargoMembers(root),
    declaration("go", "go.work", goUses(await root.text("go.work"))),
    nxProjects(root),
  ];
  return found.filter((entry) => entry !== null);
}

function declaration(tool: string, file: string, patterns: string[] | undefined): Declaration | null {
  if (patterns === undefined || patterns.length === 0) return null;
  return {
    tool,
    file,
    because: "its list of members",
    include: patterns.filter((pattern) => !pattern.startsWith("!")).map(asFolder),
    exclude: patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => asFolder(pattern.slice(1))),
  };
}

// A leading "./" and a slash at the end mean nothing.
function asFolder(pattern: string): string {
  return pattern.replace(/^\.\//, "").replace(/\/+$/, "");
}

async function nodeWorkspaces(root: Folder): Promise<Declaration | null> {
  const manifest = await root.json("package.json", packageJson);
  const named = /^(npm|pnpm|yarn|bun)@/.exec(manifest?.packageManager ?? "")?.[1];
  const locked = root.has("yarn.lock") ? "yarn" : root.first("bun.lock", "bun.lockb") === undefined ? "npm" : "bun";
  return declaration(named ?? locked, "package.json", manifest?.workspaces);
}

async function uvWorkspace(root: Folder): Promise<Declaration | null> {
  const workspace = (await root.toml("pyproject.toml", pyproject))?.tool?.uv?.workspace;
  const found = declaration("uv", "pyproject.toml", workspace?.members);
  return found && { ...found, exclude: workspace?.exclude ?? [] };
}

async function cargoMembers(root: Folder): Promise<Declaration | null> {
  const workspace = (await root.toml("Cargo.toml", cargoWorkspace))?.workspace;
  const found = declaration("cargo", "Cargo.toml", workspace?.members);
  return found && { ...found, exclude: workspace?.exclude ?? [] };
}

/** `use ./a` and `use ( ./a ./b )`, one to a line. */
function goUses(text: string | null): string[] {
  const lines = text?.split("\n").map((line) => line.replace(/\/\/.*/, "").trim()) ?? [];
  return lines.flatMap((line) => /^(?:use\s+)?(\.\/[^\s()]+)$/.exec(line)?.[1] ?? []);
}

/** Nx finds its projects by their project.json. */
function nxProjects(root: Folder): Declaration | null {
  if (!root.has("nx.json")) return null;
  const folders = [...root.everyFile()].flatMap((file) => /^(.+)\/project\.json$/.exec(file)?.[1] ?? []);
  return folders.length === 0
    ? null
    : { tool: "nx", file: "nx.json", because: "project.json files", include: folders, exclude: [] };
}

/** Folders in which people put the parts of a repository without declaring them. */
const COMMON: Declaration = {
  tool: "folders",
  file: "",
  because: "a common folder for an app",
  include: [
    "apps/*",
    "packages/*",
    "services/*",
    "{frontend,backend,client,server,web,webapp,api,app,ui,admin,mobile,functions,worker}",
  ],
  exclude: [],
};

/** The folders that the declaration means, by path. Without one, those that are common. */
export function membersOf(root: Folder, { include, exclude }: Declaration = COMMON): string[] {
  const isIncluded = picomatch(include);
  const isExcluded = picomatch(exclude);
  const folders = new Set<string>();
  for (const file of root.everyFile()) {
    for (let slash = file.indexOf("/"); slash >= 0; slash = file.indexOf("/", slash + 1))
      folders.add(file.slice(0, slash));
  }
  return [...folders].filter((folder) => isIncluded(folder) && !(exclude.length > 0 && isExcluded(folder))).sort();
}
