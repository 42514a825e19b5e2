import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";

export const SHELL = existsSync("/bin/bash") ? "/bin/bash" : "/bin/sh";

/** Processes started in a sandbox, each the leader of a group, so that all they started can be ended with them. */
export class ProcessGroups {
  readonly #leaders = new Set<number>();

  spawn(args: string[], options: { cwd: string; env: Record<string, string>; stdio: ("ignore" | "pipe")[] }) {
    const child = spawn(SHELL, args, { ...options, detached: true });
    if (child.pid !== undefined) this.#leaders.add(child.pid);
    return child;
  }

  end(child: ChildProcess): void {
    if (child.pid !== undefined) this.#kill(child.pid);
  }

  endAll(): void {
    for (const pid of this.#leaders) this.#kill(pid);
  }

  #kill(pid: number): void {
    this.#leaders.delete(pid);
    try {
      process.kill(-pid, "SIGKILL");
    } catch (error) {
      // The group has ended by itself.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** What a command finds in its environment: nothing of the server's own but where programs are. */
export function sandboxEnvironment(folder: string, own: Record<string, string> | undefined): Record<string, string> {
  return { PATH: process.env.PATH ?? "", HOME: folder, LANG: "C.UTF-8", ...own };
}

/** As one word of a shell line. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
