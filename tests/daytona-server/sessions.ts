import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Duplex, Writable } from "node:stream";
import type { Command, Session } from "@daytona/toolbox-api-client";
import type { SandboxRecord } from "./registry";
import { type ProcessGroups, quote, sandboxEnvironment } from "./shell";

/** Three bytes before each line say where it came from. */
const STDOUT = "\u0001\u0001\u0001";
const STDERR = "\u0002\u0002\u0002";

export interface CommandLogs {
  /** Both, each line behind its marker. */
  output: string;
  stdout: string;
  stderr: string;
}

/** One shell that takes commands one after another and keeps its folder and variables between them. */
export class ShellSession {
  readonly commands: Command[] = [];
  readonly #shell: ChildProcess;
  readonly #folder: string;
  readonly #waiting = new Map<string, () => void>();
  #ended = false;

  constructor(
    readonly id: string,
    { record, groups }: { record: SandboxRecord; groups: ProcessGroups },
  ) {
    this.#folder = path.join(`${record.folder}.daemon`, `session-${randomUUID()}`);
    mkdirSync(this.#folder, { recursive: true });
    // 3 is the commands' input, which never ends; on 4 the shell says that one has ended, and how.
    this.#shell = groups.spawn([], {
      cwd: record.folder,
      env: sandboxEnvironment(record.folder, record.sandbox.env),
      stdio: ["pipe", "ignore", "ignore", "pipe", "pipe"],
    });
    let rest = "";
    (this.#shell.stdio[4] as Duplex).setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#finish(line);
    });
    this.#shell.once("exit", () => {
      this.#ended = true;
    });
    // Written to after its end: `execute` says so.
    this.#shell.stdin?.on("error", () => undefined);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Undefined when the shell has ended. Its own end (`exit`) is never told: such a command has no exit code, ever. */
  execute(command: string): Command | undefined {
    if (this.#ended) return undefined;
    const id = randomUUID();
    const entry: Command = { id, command };
    this.commands.push(entry);
    const out = quote(path.join(this.#folder, `${id}.out`));
    const err = quote(path.join(this.#folder, `${id}.err`));
    const line = `eval ${quote(command)} >${out} 2>${err} <&3\nprintf '%s %s\\n' ${id} $? >&4\n`;
    (this.#shell.stdin as Writable).write(line);
    return entry;
  }

  /** Until the command has ended; for ever, when it never does. */
  async untilEnded(command: Command): Promise<void> {
    if (command.exitCode !== undefined) return;
    await new Promise<void>((resolve) => this.#waiting.set(command.id, resolve));
  }

  logs(commandId: string): CommandLogs {
    const stdout = this.#read(`${commandId}.out`);
    const stderr = this.#read(`${commandId}.err`);
    // The order of lines between the two is not known; the real one does not promise it either.
    return { output: mark(stdout, STDOUT) + mark(stderr, STDERR), stdout, stderr };
  }

  view(): Session {
    return { sessionId: this.id, commands: this.commands };
  }

  end(groups: ProcessGroups): void {
    this.#ended = true;
    groups.end(this.#shell);
    for (const resolve of this.#waiting.values()) resolve();
  }

  #finish(line: string): void {
    const [id = "", code] = line.split(" ");
    const command = this.commands.find((each) => each.id === id);
    if (command !== undefined) command.exitCode = Number(code);
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
  }

  #read(name: string): string {
    const file = path.join(this.#folder, name);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }
}

export function mark(text: string, marker: string): string {
  return text.replace(/[^\n]*\n|[^\n]+$/g, (line) => marker + line);
}

export const MARKERS = { STDOUT, STDERR };
