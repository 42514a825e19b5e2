/** The identifier by which generated code calls a service: `github-import` becomes `github_import`. */
export function serviceIdentifier(name: string): string {
  return name.replace(/[^A-Za-z0-9_$]/g, "_");
}

/** How a file in encore.gen imports a module of the app. `depth` counts the folders between the file and the root. */
export function importPath(module: string, depth: number): string {
  return JSON.stringify(`${"../".repeat(depth)}${module}`);
}
