import { spawnSync } from "node:child_process";
import { chownSync, existsSync, lstatSync, readdirSync, statSync } from "node:fs";
import path from "node:path";

/** How to start a program so that PostgreSQL agrees to run: it refuses to be root. */
export interface Launcher {
  /** What stands in front of the program, with its arguments. */
  prefix: string[];
  uid?: number;
  gid?: number;
}

/** The user that has no rights of its own; by convention `nobody`. */
const NOBODY = 65_534;

/**
 * As an ordinary user, nothing special. As root, the programs run as `nobody`. Where `nobody` cannot even walk to the
 * data (a checkout below /root, which only root may enter), util-linux' setpriv leaves them the right to get past
 * permissions, and no other. (Programs need more than that right: PostgreSQL asks access(2), which does not count it.)
 */
export function launcherFor(folders: string[]): Launcher {
  if (!mustRunUnprivileged()) return { prefix: [] };
  if (folders.every(isReachable)) return { prefix: [], uid: NOBODY, gid: NOBODY };
  const capabilities = "+dac_override,+dac_read_search";
  const prefix = [
    "setpriv",
    `--reuid=${NOBODY}`,
    `--regid=${NOBODY}`,
    "--clear-groups",
    `--inh-caps=${capabilities}`,
    `--ambient-caps=${capabilities}`,
  ];
  const trial = spawnSync(prefix[0] ?? "", [...prefix.slice(1), "true"], { stdio: "ignore" });
  if (trial.status === 0) return { prefix };
  throw new Error(
    `PostgreSQL must not run as root, and the user nobody cannot enter ${folders.filter((f) => !isReachable(f)).join(" or ")}; ` +
      "run as an ordinary user, move the checkout to a folder that everyone may enter, or set ENCORE_SQLDB_HOST",
  );
}

/** Root's programs must become somebody else's. */
export function mustRunUnprivileged(): boolean {
  return process.getuid?.() === 0;
}

/** Whether everyone may walk to the folder. */
export function isReachable(folder: string): boolean {
  for (let current = path.resolve(folder); ; current = path.dirname(current)) {
    if (existsSync(current) && (statSync(current).mode & 0o001) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}

/** Gives the data folder to the user that the server runs as: PostgreSQL insists on owning it. */
export function handOver(folder: string): void {
  if (!mustRunUnprivileged() || statSync(folder).uid === NOBODY) return;
  chownSync(folder, NOBODY, NOBODY);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (!lstatSync(file).isSymbolicLink()) chownSync(file, NOBODY, NOBODY);
  }
}
