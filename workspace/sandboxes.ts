import type { DaytonaLanguage } from "./languages";
import type { Toolbox } from "./toolbox";

/**
 * What the workspace service needs of a provider of sandboxes. Every call has a deadline. Failures are `DomainError`s with
 * a reason of `daytona_*`; after one of `create`, `start`, `stop` or `delete` it is not known whether it had its effect:
 * look, then decide.
 */
export interface Sandboxes {
  /** Where the provider's API is. */
  readonly apiUrl: string;
  /** By name or id; null when there is none. */
  find(nameOrId: string): Promise<Sandbox | null>;
  /** All that carry the labels, whatever their state. */
  list(labels: Record<string, string>): Promise<Sandbox[]>;
  /** Creates one and waits until it has started. */
  create(request: SandboxRequest): Promise<Sandbox>;
  /** Waits until it has started; one that is archived takes longer. */
  start(id: string): Promise<void>;
  /** Waits until it has stopped. */
  stop(id: string): Promise<void>;
  /** Asks for removal; one that is gone is fine. While a sandbox changes its state Daytona refuses: `daytona_unavailable`. */
  delete(id: string): Promise<void>;
  /** What can be done inside of one. Nothing is asked of the provider yet. */
  toolbox(id: string): Toolbox;
  /**
   * Calls back on every change of state that the provider tells of; what is returned ends that. Nothing is told while the
   * connection is down, and nothing is told twice, so it hastens a poll and does not replace it.
   */
  watch(listener: (change: SandboxChange) => void): () => void;
  close(): Promise<void>;
}

/**
 * States by what they mean for us. Those in `-ing` become another one by themselves; `changing` is any other of that kind,
 * also one that Daytona invents later. `archived` is stopped, and slow to start.
 */
export type SandboxState =
  | "creating"
  | "starting"
  | "started"
  | "stopping"
  | "stopped"
  | "archiving"
  | "archived"
  | "changing"
  | "destroying"
  | "destroyed"
  | "error";

export interface Sandbox {
  id: string;
  name: string;
  state: SandboxState;
  /** The provider's own word for the state, such as `pulling_snapshot`. */
  phase: string;
  labels: Record<string, string>;
  /** The provider's own words for an error, redacted. */
  errorReason: string | null;
  createdAt: Date | null;
}

export interface SandboxChange {
  sandboxId: string;
  state: SandboxState;
  labels: Record<string, string>;
  errorReason: string | null;
}

export interface SandboxRequest {
  /** Unique, and derived from the workspace's id: a repeated create finds the first one. */
  name: string;
  language: DaytonaLanguage;
  labels: Record<string, string>;
  /** A Docker image; Daytona's default snapshot, which is faster, when absent. */
  image?: string;
  envVars?: Record<string, string>;
}
