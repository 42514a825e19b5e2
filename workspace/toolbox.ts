import type { Readable } from "node:stream";
import type { DaytonaLanguage } from "./languages";

/**
 * What can be done inside one sandbox that has started. Relative paths begin at the sandbox's working folder. Failures are
 * `DomainError`s; `workspace_not_running` when the sandbox is stopped or gone.
 */
export interface Toolbox {
  /** Runs a line in a shell and waits for its end. Throws `command_timeout`. */
  exec(command: SandboxCommand): Promise<SandboxCommandResult>;
  /** Runs a program in one of the provider's languages. Throws `command_timeout`. */
  runCode(code: SandboxCode): Promise<SandboxCommandResult>;
  /** Stores a stream under a path, folders included. */
  upload(file: { path: string; content: Readable }): Promise<void>;
  /** Throws `file_not_found`. A failure in the middle is an error of the stream. */
  download(path: string): Promise<Readable>;
  /** Small files, many in one request; those that are not there are left out. */
  downloadMany(paths: readonly string[]): Promise<Map<string, Buffer>>;
  /** Starts a line in a shell that goes on by itself, under an id of the caller's. */
  startProcess(process: { id: string; command: string }): Promise<void>;
  /** Those that were started since the sandbox was. */
  listProcesses(): Promise<SandboxProcess[]>;
  /** All that it printed so far. Throws `process_not_found`. */
  processOutput(id: string): Promise<string>;
  /** Forgets it, and what it printed; one that is not there is fine. */
  removeProcess(id: string): Promise<void>;
  /** An address of what listens at a port, good for everybody until it expires. */
  previewUrl(preview: { port: number; seconds: number }): Promise<string>;
  /** A new one ends the one before. */
  sshAccess(minutes: number): Promise<SshAccess>;
  /** Opens a terminal, or attaches to the one that is open under the id. */
  openTerminal(request: TerminalRequest): Promise<Terminal>;
}

export interface SandboxCommand {
  command: string;
  cwd?: string;
  env?: Record<string, string>;
  timeoutSeconds: number;
}

export interface SandboxCode {
  code: string;
  language: DaytonaLanguage;
  arguments: readonly string[];
  env?: Record<string, string>;
  timeoutSeconds: number;
}

export interface SandboxCommandResult {
  exitCode: number;
  /** stdout and stderr as they came. */
  output: string;
}

export interface SandboxProcess {
  id: string;
  command: string;
  /** Null while it runs. */
  exitCode: number | null;
}

export interface SshAccess {
  /** A line for the shell. */
  command: string;
  token: string;
  expiresAt: Date;
}

export interface TerminalRequest {
  id: string;
  cols: number;
  rows: number;
  cwd?: string;
  env?: Record<string, string>;
  onOutput: (bytes: Uint8Array) => void;
}

export interface Terminal {
  /** It was open already: nothing of what it showed before is shown again. */
  attached: boolean;
  write(data: string): Promise<void>;
  resize(size: { cols: number; rows: number }): Promise<void>;
  /** Lets go of it; it goes on. */
  detach(): Promise<void>;
  /** When its shell has ended; null when the connection broke and nobody knows. */
  ended: Promise<number | null>;
}
