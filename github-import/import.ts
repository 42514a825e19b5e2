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
  status: ImportStatus;
  /** The commit that was imported, once it is known. */
  commitId: string | null;
  /** Files and their bytes so far. */
  files: number;
  bytes: number;
  /** What was left out or needs attention, and why. */
  skipped: SkippedEntry[];
  language: string | null;
  framework: string | null;
  failure: ImportFailure | null;
  createdAt: string;
  updatedAt: string;
  finishedAt: string | null;
}

export interface ImportFailure {
  /** A word of docs/errors.md. */
  reason: string;
  message: string;
  hint: string;
}
