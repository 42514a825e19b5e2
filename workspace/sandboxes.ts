import type { Readable } from "node:stream";
import type { DaytonaLanguage } from "./languages";

/** What the workspace service needs of a provider of sandboxes. Failures are `DomainError`s with a reason of `daytona_*`. */
export interface Sandboxes {
  /** Where the provider's API is. */
  readonly apiUrl: string;
  /** By name or id; null when there is none. */
  find(nameOrId: string): Promise<Sandbox | null>;
  /** Creates one and waits until it has started. A failure does not tell whether it exists: look by name. */
  create(request: SandboxRequest): Promise<Sandbox>;
  start(id: string): Promise<void>;
  stop(id: string): Promise<void>;
  /** Asks for removal; one that is gone is fine. */
  delete(id: string): Promise<void>;
  /** Runs a shell command and waits for its end. */
  exec(id: string, command: SandboxCommand): Promise<SandboxCommandResult>;
  /** Stores a stream under an absolute path. */
  upload(id: string, file: { path: string; content: Readable }): Promise<void>;
  close(): Promise<void>;
}

/** States by what they mean for us; `changing` will become another one by itself. */
export type SandboxState = "started" | "stopped" | "changing" | "error";

export interface Sandbox {
  id: string;
  state: SandboxState;
  labels: Record<string, string>;
  /** The provider's own words for an error. */
  errorReason: string | null;
}

export interface SandboxRequest {
  /** Unique, and derived from the workspace's id: a repeated create finds the first one. */
  name: string;
  language: DaytonaLanguage;
  labels: Record<string, string>;
}

export interface SandboxCommand {
  command: string;
  /** Absolute, or relative to the sandbox's home. */
  cwd?: string;
  env?: Record<string, string>;
  timeoutSeconds: number;
}

export interface SandboxCommandResult {
  exitCode: number;
  /** stdout and stderr as they came. */
  output: string;
}
