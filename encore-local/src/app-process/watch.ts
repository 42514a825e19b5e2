import path from "node:path";
import { watch } from "chokidar";

/** Changes come in bursts: an editor writes a file in several steps, a checkout writes many. */
const SETTLED_AFTER_MS = 40;

const IGNORED_FOLDERS = new Set(["node_modules", "encore.gen", "dist", "coverage"]);
const RELEVANT = /\.(ts|tsx|mts|js|mjs|cjs|jsx|json|sql|cue)$|^encore\.app$/;

export interface WatchOptions {
  /** Absolute path of the app. */
  root: string;
  /** Absolute path; it may lie outside of the app. */
  secretsFile: string;
  onChange: () => void;
}

/** Calls `onChange` once after each burst of changes to what an app is made of. Gives a function that ends it. */
export async function watchApp({ root, secretsFile, onChange }: WatchOptions): Promise<() => Promise<void>> {
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch([root, secretsFile], {
    ignoreInitial: true,
    ignored: (file, stats) => file !== secretsFile && file !== root && isIgnored(file, stats?.isFile() ?? false),
  });
  watcher.on("all", () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, SETTLED_AFTER_MS);
  });
  watcher.on("error", (error) => {
    console.error(`warning: changes are not seen any more (${error instanceof Error ? error.message : String(error)})`);
    console.error("  stop with Ctrl-C and start again after a change, or pass --no-watch to be rid of this warning");
  });
  await new Promise<void>((resolve) => watcher.once("ready", resolve));
  return async () => {
    clearTimeout(timer);
    await watcher.close();
  };
}

function isIgnored(file: string, isFile: boolean): boolean {
  const name = path.basename(file);
  if (isFile) return !RELEVANT.test(name);
  return name.startsWith(".") || IGNORED_FOLDERS.has(name);
}
