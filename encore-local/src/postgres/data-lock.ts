import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Whether a process of that id is there; one that belongs to another user is as well. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** In the data folder; holds the id of the process that has it. */
export const LOCK_FILE = "lock";

/** Takes the data folder for this process; gives a function that lets go of it. Throws when another process has it. */
export function lockDataFolder(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true });
  const file = path.join(dataDir, LOCK_FILE);
  const holder = existsSync(file) ? Number(readFileSync(file, "utf8")) : undefined;
  if (holder !== undefined && holder !== process.pid && isAlive(holder)) {
    throw new Error(
      `${dataDir} is in use by another encore-local (process ${holder}); stop it, or give this one a folder of its own with --data-dir`,
    );
  }
  // What a process that was killed left behind is taken over.
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}
