/** By dependency, the more specific first: a Next.js project depends on React as well. */
const FRAMEWORKS: readonly [dependency: string, framework: string][] = [
  ["next", "nextjs"],
  ["nuxt", "nuxt"],
  ["@remix-run/react", "remix"],
  ["astro", "astro"],
  ["@sveltejs/kit", "sveltekit"],
  ["@angular/core", "angular"],
  ["@nestjs/core", "nestjs"],
  ["encore.dev", "encore"],
  ["svelte", "svelte"],
  ["vue", "vue"],
  ["react", "react"],
  ["express", "express"],
  ["fastify", "fastify"],
];

const LOCKFILES: readonly [file: string, packageManager: string][] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["package-lock.json", "npm"],
];

function dependenciesOf(manifest: Record<string, unknown>): Set<string> {
  const fields = [manifest.dependencies, manifest.devDependencies, manifest.peerDependencies];
  return new Set(fields.flatMap((field) => (typeof field === "object" && field !== null ? Object.keys(field) : [])));
}

export function nodeFramework(manifest: Record<string, unknown>): string | undefined {
  const dependencies = dependenciesOf(manifest);
  return FRAMEWORKS.find(([dependency]) => dependencies.has(dependency))?.[1];
}

/** A tsconfig, the compiler, or TypeScript source outside of declarations. */
export function usesTypeScript(paths: readonly string[], manifest: Record<string, unknown>): boolean {
  if (paths.includes("tsconfig.json") || dependenciesOf(manifest).has("typescript")) return true;
  return paths.some((path) => /\.tsx?$/.test(path) && !path.endsWith(".d.ts") && !path.includes("node_modules/"));
}

/** The `packageManager` field decides, then the lockfile at the root, then npm. */
export function packageManagerOf(
  paths: readonly string[],
  manifest: Record<string, unknown>,
): { packageManager: string; evidence: string[] } {
  const field =
    typeof manifest.packageManager === "string"
      ? /^(npm|pnpm|yarn|bun)@/.exec(manifest.packageManager)?.[1]
      : undefined;
  if (field !== undefined) return { packageManager: field, evidence: [] };
  const lockfile = LOCKFILES.find(([file]) => paths.includes(file));
  return lockfile === undefined
    ? { packageManager: "npm", evidence: [] }
    : { packageManager: lockfile[1], evidence: [lockfile[0]] };
}
