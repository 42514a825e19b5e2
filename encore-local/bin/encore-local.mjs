#!/usr/bin/env node
// Builds encore-local's own source when it is newer than the last build, then runs its command line. Node cannot run
// TypeScript itself at the oldest version that is supported, and a build that is always there cannot be forgotten.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = path.join(root, "src");
const output = path.join(root, "dist");

function newestSource() {
  return readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .reduce((newest, entry) => Math.max(newest, statSync(path.join(entry.parentPath, entry.name)).mtimeMs), 0);
}

function isBuilt() {
  const files = ["cli.cjs", "runtime.cjs"].map((name) => path.join(output, name));
  return files.every((file) => existsSync(file) && statSync(file).mtimeMs >= newestSource());
}

async function build() {
  mkdirSync(output, { recursive: true });
  // Written aside and moved into place, so that two processes that build at once do not read each other's halves.
  const scratch = mkdtempSync(path.join(output, "build-"));
  try {
    await bundle(scratch);
    for (const file of readdirSync(scratch)) renameSync(path.join(scratch, file), path.join(output, file));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function bundle(folder) {
  const { build } = await import("esbuild");
  const common = {
    bundle: true,
    platform: "node",
    target: "node20",
    // As ES modules they would start half a second later: Node looks for the exports of the TypeScript compiler.
    format: "cjs",
    packages: "external",
    logLevel: "warning",
  };
  await Promise.all([
    build({
      ...common,
      entryPoints: [path.join(source, "cli/main.ts")],
      outfile: path.join(folder, "cli.cjs"),
      define: { "import.meta.url": "moduleUrl" },
      banner: { js: 'const moduleUrl = require("node:url").pathToFileURL(__filename).href;' },
    }),
    build({
      ...common,
      entryPoints: [path.join(source, "runtime/index.ts")],
      outfile: path.join(folder, "runtime.cjs"),
    }),
  ]);
}

if (!isBuilt()) await build();
const { main } = createRequire(import.meta.url)(path.join(output, "cli.cjs"));
process.exitCode = await main(process.argv.slice(2));
