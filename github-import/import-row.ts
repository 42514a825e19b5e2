import type { Detection } from "./detection/detection";
import type { Import, ImportFailure } from "./import";

/** What the row has otherwise than the answer. */
type Reshaped = "language" | "framework" | "failure" | "nextAttemptAt" | "createdAt" | "updatedAt" | "finishedAt";

export interface ImportRow extends Omit<Import, Reshaped> {
  detection: Detection | null;
  failureReason: string | null;
  failureMessage: string | null;
  failureHint: string | null;
  nextAttemptAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  finishedAt: Date | null;
}

export const COLUMNS = `id, project_id AS "projectId", repository, ref, folder, overwrite, status, commit_id AS "commitId", files, bytes,
  skipped, skipped_count AS "skippedCount", outcome, detection,
  failure_reason AS "failureReason", failure_message AS "failureMessage", failure_hint AS "failureHint",
  attempts, next_attempt_at AS "nextAttemptAt",
  created_at AS "createdAt", updated_at AS "updatedAt", finished_at AS "finishedAt"`;

export function toImport(row: ImportRow): Import {
  const { detection, failureReason: _reason, failureMessage: _message, failureHint: _hint, ...rest } = row;
  return {
    ...rest,
    bytes: Number(row.bytes),
    language: detection?.language ?? null,
    framework: detection?.framework ?? null,
    failure: failureOf(row),
    nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

function failureOf({ failureReason, failureMessage, failureHint }: ImportRow): ImportFailure | null {
  return failureReason === null
    ? null
    : { reason: failureReason, message: failureMessage ?? "", hint: failureHint ?? "" };
}
