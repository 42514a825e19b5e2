import { z } from "zod";

const texts = z.record(z.string(), z.string().catch("")).catch({}).default({});
const text = z.string().optional().catch(undefined);

/** The fields of a package.json that tell how its code is run. A field of the wrong type counts as absent. */
export const packageJson = z.object({
  name: text,
  main: text,
  module: text,
  bin: z.unknown().optional(),
  exports: z.unknown().optional(),
  packageManager: text,
  scripts: texts,
  dependencies: texts,
  devDependencies: texts,
  peerDependencies: texts,
  engines: texts,
  volta: texts,
  devEngines: z
    .object({
      packageManager: z.object({ name: text, version: text }).optional().catch(undefined),
      runtime: z.object({ name: text, version: text }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  workspaces: z
    .union([z.array(z.string()), z.object({ packages: z.array(z.string()) }).transform(({ packages }) => packages)])
    .optional()
    .catch(undefined),
});

export type PackageJson = z.infer<typeof packageJson>;

/** For a manifest that is there and cannot be read. */
export const EMPTY_MANIFEST: PackageJson = packageJson.parse({});

export function dependenciesOf(manifest: PackageJson): Set<string> {
  const { dependencies, devDependencies, peerDependencies } = manifest;
  return new Set([dependencies, devDependencies, peerDependencies].flatMap((field) => Object.keys(field)));
}
