import type { MergeConflict } from "../vfs/tree-merge";
import type { SkippedEntry } from "./archive/report";

export type ImportStatus =
  | "queued"
  | "downloading"
  | "storing"
  | "detecting"
  | "provisioning"
  | "succeeded"
  | "failed"
  | "cancelled";

/** An import as its owner sees it. */
export interface Import {
  id: string;
  projectId: string;
  /** `owner/name` */
  repository: string;
  /** Branch, tag or commit; null for the default branch. */
  ref: string | null;
  /** The folder of the repository that is imported; empty for all of it. */
  folder: string;
  /** Whether files that were changed in the project since the last import are replaced. */
  overwrite: boolean;
  status: ImportStatus;
  /** The commit that is imported, once it is known. */
  commitId: string | null;
  /** Files and their bytes so far. */
  files: number;
  bytes: number;
  /** What was left out or needs attention, and why: the first thousand. */
  skipped: SkippedEntry[];
  skippedCount: number;
  /** What became of the project's files; null until they are in place. */
  outcome: ImportOutcome | null;
  language: string | null;
  framework: string | null;
  failure: ImportFailure | null;
  attempts: number;
  /** When the next attempt is made, while the import waits for it. */
  nextAttemptAt: string | null;
  createdAt: string;
  updatedAt: string;
  finishedAt: string | null;
}

export interface ImportOutcome {
  /** The commit had been imported already, so that nothing was to be done. */
  unchanged: boolean;
  added: number;
  changed: number;
  removed: number;
  /** Files that were changed in the project since the last import, and stayed as they are: the first thousand. */
  conflicts: MergeConflict[];
  conflictCount: number;
}

export interface ImportFailure {
  /** A word of docs/errors.md. */
  reason: string;
  message: string;
  hint: string;
}

/** Something that happened to an import: a message of its progress stream. */
export interface ImportEvent {
  /** Counts the events of the import, from 1. */
  n: number;
  at: string;
  status: ImportStatus;
  files: number;
  bytes: number;
  /** For people. */
  message: string;
  /** Until when the import waits before it goes on; null when it does not. */
  waitsUntil: string | null;
}
