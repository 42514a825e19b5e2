import type { Readable } from "node:stream";

/**
 * What can be done inside one sandbox that has started. Relative paths begin at the sandbox's working folder. Failures are
 * `DomainError`s; `workspace_not_running` when the sandbox is stopped or gone.
 */
export interface Toolbox {
  /** Runs a line in a shell and waits for its end. Throws `command_timeout`. */
  exec(command: SandboxCommand): Promise<SandboxCommandResult>;
  /** Stores a stream under a path, folders included. */
  upload(file: { path: string; content: Readable }): Promise<void>;
  /** Throws `file_not_found`. A failure in the middle is an error of the stream. */
  download(path: string): Promise<Readable>;
}

export interface SandboxCommand {
  command: string;
  cwd?: string;
  env?: Record<string, string>;
  timeoutSeconds: number;
}

export interface SandboxCommandResult {
  exitCode: number;
  /** stdout and stderr as they came. */
  output: string;
}
