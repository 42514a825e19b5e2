import path from "node:path";
import { build } from "esbuild";
import { GENERATED_FOLDER } from "../gen/write";

export interface BundleOptions {
  /** Absolute path of the app. */
  root: string;
  /** Absolute path of the generated entry point. */
  entry: string;
  /** Absolute path of the module to write; inside the app, so that packages are found from there. */
  outfile: string;
}

/** Bundles the app's own files into one module, as Encore does; packages stay where they are. */
export async function bundleApp({ root, entry, outfile }: BundleOptions): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    alias: { "~encore": path.join(root, GENERATED_FOLDER) },
    // Handlers that tests call one by one are no part of a server.
    define: { ENCORE_DROP_TESTS: "true" },
    sourcemap: "linked",
    logLevel: "silent",
  });
}
