import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { CONFIG_FILE_VARIABLE, RUNTIME_LIB_VARIABLE, type RuntimeConfig, SECRETS_VARIABLE } from "../runtime/config";
import { TAKEN_VARIABLE } from "../runtime/test-databases";

export interface Seam {
  /** The environment that makes `encore.dev` load our runtime, for the process that runs the app. */
  env: NodeJS.ProcessEnv;
  dispose(): void;
}

/** Puts the configuration where the runtime finds it. Values of secrets are in the environment only, never in a file. */
export function openSeam(config: RuntimeConfig, secrets: Record<string, string>): Seam {
  const folder = mkdtempSync(path.join(tmpdir(), "encore-local-"));
  const file = path.join(folder, "config.json");
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return {
    env: {
      ...withoutSeam(process.env),
      [RUNTIME_LIB_VARIABLE]: runtimeLibrary(),
      [CONFIG_FILE_VARIABLE]: file,
      [SECRETS_VARIABLE]: JSON.stringify(secrets),
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The environment without another app's seam: an encore-local may be started by a test that runs under one. */
function withoutSeam(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = [RUNTIME_LIB_VARIABLE, CONFIG_FILE_VARIABLE, SECRETS_VARIABLE, TAKEN_VARIABLE];
  return Object.fromEntries(Object.entries(env).filter(([name]) => !own.includes(name)));
}

/** dist/runtime.cjs, beside the bundle that this code is in. */
function runtimeLibrary(): string {
  return fileURLToPath(new URL("runtime.cjs", import.meta.url));
}
