import type { Folder } from "../../folder";
import type { StackBuilder } from "../../stack-builder";
import { type PackageJson, packageJson } from "./manifest";

type PackageManager = "npm" | "pnpm" | "yarn" | "bun";

/** In this order where there are several. */
const LOCKFILES: readonly [file: string, packageManager: PackageManager][] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["package-lock.json", "npm"],
  ["npm-shrinkwrap.json", "npm"],
];

/** The `packageManager` field decides, then `devEngines`, then the lockfile, then the workspace file, then npm. */
export async function decidePackageManager(stack: StackBuilder, manifest: PackageJson, root: Folder): Promise<void> {
  const { folder } = stack;
  const field = /^(npm|pnpm|yarn|bun)@/.exec(manifest.packageManager ?? "")?.[1];
  stack.decide("packageManager", field, {
    file: "package.json",
    because: `its packageManager field says ${manifest.packageManager}`,
    confidence: 1,
  });
  const engine = manifest.devEngines?.packageManager?.name;
  stack.decide("packageManager", LOCKFILES.find(([, name]) => name === engine)?.[1], {
    file: "package.json",
    because: "its devEngines field names it",
    confidence: 1,
  });
  const found = LOCKFILES.filter(([file]) => folder.has(file));
  const managers = new Set(found.map(([, name]) => name));
  stack.decide("packageManager", found[0]?.[1], {
    file: found[0]?.[0] ?? "",
    because: managers.size > 1 ? `its lockfile, the first of ${found.length} that are there` : "its lockfile",
    confidence: managers.size > 1 ? 0.6 : 0.95,
  });
  if (folder.has("pnpm-workspace.yaml")) {
    stack.decide("packageManager", "pnpm", { file: "pnpm-workspace.yaml", because: "its workspace", confidence: 0.95 });
  }
  if (root.path !== folder.path) await decideFromRoot(stack, root);
  stack.decide("packageManager", "npm", { file: "package.json", because: "nothing names another", confidence: 0.5 });
  await decideInstall(stack, root);
}

/** A member of a workspace is installed by the workspace's package manager. */
async function decideFromRoot(stack: StackBuilder, root: Folder): Promise<void> {
  const field = (await root.json("package.json", packageJson))?.packageManager;
  const said = { root, file: "package.json", because: "the packageManager field at the root", confidence: 1 };
  stack.decide("packageManager", /^(npm|pnpm|yarn|bun)@/.exec(field ?? "")?.[1], said);
  const found = LOCKFILES.find(([file]) => root.has(file));
  const locked = { root, file: found?.[0] ?? "", because: "the lockfile at the root", confidence: 0.9 };
  stack.decide("packageManager", found?.[1], locked);
}

async function decideInstall(stack: StackBuilder, root: Folder): Promise<void> {
  const manager = stack.get("packageManager");
  const lockfile = LOCKFILES.find(
    ([file, name]) => name === manager && (stack.folder.has(file) || root.has(file)),
  )?.[0];
  const command =
    lockfile === undefined
      ? `${manager} install`
      : manager === "npm"
        ? "npm ci"
        : manager === "yarn" && (await isYarnBerry(stack.folder.has(lockfile) ? stack.folder : root))
          ? "yarn install --immutable"
          : `${manager} install --frozen-lockfile`;
  stack.decide("install", command, {
    file: lockfile !== undefined && stack.folder.has(lockfile) ? lockfile : "package.json",
    because: lockfile === undefined ? `${manager} without a lockfile` : `${manager} with its lockfile`,
    confidence: 0.95,
  });
}

/** Yarn from version 2 on, which has another lockfile and other options. */
async function isYarnBerry(folder: Folder): Promise<boolean> {
  return folder.has(".yarnrc.yml") || ((await folder.text("yarn.lock"))?.includes("__metadata:") ?? false);
}
