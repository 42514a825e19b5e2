import { z } from "zod";
import type { App, Monorepo, Stack } from "./detection";
import type { Folder } from "./folder";
import { packageJson } from "./languages/node/manifest";
import { pyproject } from "./languages/python/requirements";
import { membersOf, readDeclarations } from "./members";

/** More than anybody chooses from; each costs a few reads. */
const MAX_APPS = 100;

/** The primary reading of a folder; null when nothing tells. */
type ReadFolder = (folder: Folder) => Promise<Stack | null>;

/** The apps that the root's tools declare, else those in common folders; null when there are none. */
export async function readMonorepo(root: Folder, read: ReadFolder): Promise<Monorepo | null> {
  const declarations = await readDeclarations(root);
  const declared = declarations.flatMap((declaration) => membersOf(root, declaration));
  const paths = [...new Set(declarations.length === 0 ? membersOf(root) : declared)].sort();
  const apps: App[] = [];
  let truncated = false;
  for (const path of paths) {
    const folder = root.at(path);
    const stack = await read(folder);
    if (stack === null) continue;
    truncated = apps.length === MAX_APPS;
    if (truncated) break;
    apps.push({ path, name: await nameOf(folder), ...stack });
  }
  if (apps.length === 0) return null;
  const runner = runnerOf(root);
  const evidence = declarations.map(({ file, because }) => ({ file, because }));
  return {
    tool: declarations[0]?.tool ?? "folders",
    runner: runner?.name ?? null,
    evidence: [
      ...(evidence.length === 0
        ? apps.map(({ path }) => ({ file: path, because: "a common folder for an app" }))
        : evidence),
      ...(runner === undefined ? [] : [{ file: runner.file, because: `${runner.name}'s configuration` }]),
    ],
    apps,
    truncated,
  };
}

const RUNNERS = [
  { name: "nx", files: ["nx.json"] },
  { name: "turbo", files: ["turbo.json", "turbo.jsonc"] },
  { name: "lerna", files: ["lerna.json"] },
] as const;

function runnerOf(root: Folder): { name: "nx" | "turbo" | "lerna"; file: string } | undefined {
  for (const { name, files } of RUNNERS) {
    const file = root.first(...files);
    if (file !== undefined) return { name, file };
  }
  return undefined;
}

const cargoName = z.object({ package: z.object({ name: z.string() }) });

async function nameOf(folder: Folder): Promise<string> {
  const node = (await folder.json("package.json", packageJson))?.name;
  if (node !== undefined) return node;
  const python = await folder.toml("pyproject.toml", pyproject);
  const cargo = await folder.toml("Cargo.toml", cargoName);
  const module = /^module\s+(\S+)/m
    .exec((await folder.text("go.mod")) ?? "")?.[1]
    ?.split("/")
    .at(-1);
  const named = python?.project?.name ?? python?.tool?.poetry?.name ?? cargo?.package.name ?? module;
  return named ?? folder.path.slice(folder.path.lastIndexOf("/") + 1);
}
