import type { Stack } from "../../detection";
import type { Folder } from "../../folder";
import { type Reader, SURE } from "../../reading";
import { decideRuntimeVersion } from "../../runtime-version";
import { StackBuilder } from "../../stack-builder";
import { findFramework, type NodeFramework } from "./frameworks";
import { dependenciesOf, EMPTY_MANIFEST, type PackageJson, packageJson } from "./manifest";
import { decidePackageManager } from "./package-manager";

const ENTRY_POINTS = [
  "server.js",
  "index.js",
  "app.js",
  "main.js",
  "server.mjs",
  "index.mjs",
  "src/index.js",
  "src/server.js",
];

/** The script that serves, the production's before the developer's. */
const START_SCRIPTS = ["start", "serve", "preview", "dev"];

/** What `npm init` writes. */
const NO_TESTS = /no test specified/;

/** A reader of package.json; a member of a workspace is installed as its `root` says. */
export function nodeReader(root: Folder): Reader {
  return async (folder) => (folder.has("package.json") ? await readNode(folder, root) : null);
}

async function readNode(folder: Folder, root: Folder): Promise<Stack> {
  const manifest = (await folder.json("package.json", packageJson)) ?? EMPTY_MANIFEST;
  const dependencies = dependenciesOf(manifest);
  const framework = findFramework(dependencies);
  const typescript = typeScriptReason(folder, dependencies);
  const stack = new StackBuilder(folder, typescript === null ? "javascript" : "typescript", "Node.js/TypeScript", {
    file: "package.json",
    because: isRunnable(folder, manifest, framework) ? "a manifest of something that runs" : "a manifest",
    confidence: isRunnable(folder, manifest, framework) ? SURE.runnable : SURE.toolsOnly,
  });
  if (typescript !== null) stack.confirm({ ...typescript, confidence: SURE.toolsOnly });
  if (framework !== undefined) {
    const because = `depends on ${framework.dependency}`;
    stack.decide("framework", framework.name, { file: "package.json", because, confidence: 0.9 });
  }
  await decidePackageManager(stack, manifest, root);
  decideCommands(stack, manifest, framework);
  await decideVersion(stack, manifest);
  return stack.build();
}

/** A manifest may be there for formatters and hooks alone, in a project of another language. */
function isRunnable(folder: Folder, manifest: PackageJson, framework: NodeFramework | undefined): boolean {
  const { main, module, bin, exports, scripts } = manifest;
  if (framework !== undefined || [main, module, bin, exports].some((field) => field !== undefined)) return true;
  if (START_SCRIPTS.some((name) => scripts[name] !== undefined)) return true;
  return folder.has("tsconfig.json") || folder.first(...ENTRY_POINTS) !== undefined;
}

/** A tsconfig, the compiler, or TypeScript source outside of declarations; null for JavaScript. */
function typeScriptReason(folder: Folder, dependencies: ReadonlySet<string>): { file: string; because: string } | null {
  const config = folder.first("tsconfig.json", "tsconfig.base.json");
  if (config !== undefined) return { file: config, because: "TypeScript's configuration" };
  if (dependencies.has("typescript")) return { file: "package.json", because: "depends on typescript" };
  for (const file of folder.everyFile()) {
    if (/\.[cm]?tsx?$/.test(file) && !/\.d\.[cm]?ts$/.test(file)) return { file, because: "TypeScript source" };
  }
  return null;
}

function decideCommands(stack: StackBuilder, manifest: PackageJson, framework: NodeFramework | undefined): void {
  const { scripts } = manifest;
  const manager = stack.get("packageManager") ?? "npm";
  const script = (name: string): string | undefined =>
    scripts[name] === undefined ? undefined : `${manager} run ${name}`;
  const fromScript = (name: string) => ({ file: "package.json", because: `its script ${name}`, confidence: 1 });
  const byConvention = (name: string) => ({ file: "package.json", because: `how ${name} is run`, confidence: 0.7 });

  stack.decide("build", script("build"), fromScript("build"));
  for (const name of START_SCRIPTS) stack.decide("start", script(name), fromScript(name));
  if (scripts.test !== undefined && !NO_TESTS.test(scripts.test))
    stack.decide("test", script("test"), fromScript("test"));
  if (framework !== undefined) {
    const local = (command: string | undefined) => (command === undefined ? undefined : `npx ${command}`);
    stack.decide("build", local(framework.build), byConvention(framework.name));
    stack.decide("start", local(framework.start), byConvention(framework.name));
  }
  const main = manifest.main?.replace(/^\.\//, "");
  const entry = main !== undefined && stack.folder.has(main) ? main : stack.folder.first(...ENTRY_POINTS);
  // A library's main file is there to be imported: running it does nothing. A server's framework says that it is one.
  if (framework?.port != null && entry !== undefined) {
    stack.decide("start", `node ${entry}`, { file: entry, because: "the entry point", confidence: 0.6 });
  }
  decidePort(stack, scripts, framework);
}

function decidePort(stack: StackBuilder, scripts: Record<string, string>, framework: NodeFramework | undefined): void {
  const name = START_SCRIPTS.find((candidate) => scripts[candidate] !== undefined);
  const line = name === undefined ? "" : (scripts[name] ?? "");
  const told = /(?:--port[= ]|-p[= ]?|\bPORT=)(\d{2,5})\b/.exec(line)?.[1];
  stack.decide("port", told === undefined ? undefined : Number(told), {
    file: "package.json",
    because: `its script ${name} names the port`,
    confidence: 1,
  });
  if (stack.get("start") === undefined || framework === undefined) return;
  // Vite's preview of what was built listens elsewhere than its server for developers.
  const preview = /\bvite preview\b/.test(line) || stack.get("start") === "npx vite preview";
  stack.decide("port", preview ? 4173 : framework.port, {
    file: "package.json",
    because: `where ${framework.name} listens unless told`,
    confidence: 0.8,
  });
}

async function decideVersion(stack: StackBuilder, manifest: PackageJson): Promise<void> {
  await decideRuntimeVersion(stack, { files: [".node-version", ".nvmrc"], tools: ["nodejs", "node"] });
  const said = (field: string) => ({ file: "package.json", because: `its ${field} field`, confidence: 1 });
  stack.decide("runtimeVersion", manifest.volta.node, said("volta"));
  const { runtime } = manifest.devEngines ?? {};
  if (runtime?.name === "node") stack.decide("runtimeVersion", runtime.version, said("devEngines"));
  stack.decide("runtimeVersion", manifest.engines.node, said("engines"));
}
