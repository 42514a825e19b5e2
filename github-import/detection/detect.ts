import type { App, Detection, Monorepo, Stack, TreeView } from "./detection";
import { Folder } from "./folder";
import { readByFiles } from "./languages/by-files";
import { readers } from "./languages/registry";
import { readMonorepo } from "./monorepo";
import { SURE } from "./reading";

/**
 * Tells what a tree is and how it is run. The manifests at the root decide; those in folders do only where there are none,
 * and the endings of files only where there are no manifests at all. Reads few files, each at most once.
 */
export async function detect(tree: TreeView): Promise<Detection> {
  const root = Folder.root(tree);
  const matches = await readAll(root, root);
  const monorepo = await readMonorepo(root, async (folder) => (await readAll(folder, root))[0] ?? null);
  const primary = matches[0] ?? primaryOfApps(monorepo) ?? readByFiles(root) ?? UNKNOWN;
  return { ...primary, matches, monorepo };
}

/** Every reading of a folder, the surest first. */
async function readAll(folder: Folder, root: Folder): Promise<Stack[]> {
  const found: Stack[] = [];
  for (const read of readers(root)) {
    const stack = await read(folder);
    if (stack !== null) found.push(stack);
  }
  return found.sort((a, b) => b.confidence - a.confidence);
}

/** Where nothing is at the root: the surest of the apps, run in its folder. */
function primaryOfApps(monorepo: Monorepo | null): Stack | null {
  const [surest] = [...(monorepo?.apps ?? [])].sort((a, b) => b.confidence - a.confidence);
  return surest === undefined ? null : fromTheRoot(surest);
}

function fromTheRoot({ path, name: _, commands, ...stack }: App): Stack {
  const there = (command: string | null) => (command === null ? null : `cd ${shellQuoted(path)} && ${command}`);
  return {
    ...stack,
    commands: {
      install: there(commands.install),
      build: there(commands.build),
      start: there(commands.start),
      test: there(commands.test),
    },
    confidence: Math.min(stack.confidence, SURE.files + 0.1),
  };
}

function shellQuoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

const UNKNOWN: Stack = {
  language: "unknown",
  label: "unknown",
  framework: null,
  packageManager: null,
  runtimeVersion: null,
  commands: { install: null, build: null, start: null, test: null },
  port: null,
  evidence: [],
  confidence: 0,
};
