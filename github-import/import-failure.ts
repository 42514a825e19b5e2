import { databaseFailure } from "../platform/database-errors";
import { DomainError, type Reason } from "../platform/errors";
import log from "../platform/log";
import { processEnd } from "../platform/process-end";
import { redactedMessage } from "../platform/redaction";
import type { ImportFailure } from "./import";
import type { ClaimedImport } from "./import-lease";
import { finishImport, giveBack, postpone } from "./import-steps";
import { importAttemptsRepeated } from "./metrics";

/** Thrown when the import must be looked at again: the message comes again, with growing pauses. */
export class NotYet extends Error {
  override readonly name = "NotYet";
}

export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** How often an import is begun, counting the times that its worker died. */
const MAX_ATTEMPTS = 6;
const MAX_PAUSE_SECONDS = 60;
/** They may pass, but hardly within minutes. */
const NOT_BY_ITSELF: ReadonlySet<Reason> = new Set(["github_bad_answer", "storage_full"]);

export interface FailureOptions {
  /** The files are in place: from then on the import goes on until it is done. */
  committed: boolean;
  /** The pause before the attempt after this one, in seconds. */
  pauseSeconds: (attempt: number) => number;
}

/** Growing, and never the same for two that failed together. */
export function pauseSeconds(attempt: number): number {
  return Math.min(MAX_PAUSE_SECONDS, 2 ** (attempt - 1)) * (0.75 + Math.random() / 2);
}

/**
 * What may pass is tried again a few times, after a pause; all else ends the import with a reason. The tree is as it was,
 * either way. Throws `NotYet` when the import must be called again.
 */
export async function handleFailure(claimed: ClaimedImport, error: unknown, options: FailureOptions): Promise<void> {
  const { id, attempts } = claimed;
  if (isCancellation(error) && !options.committed)
    return await finishImport(id, { status: "cancelled", message: "Cancelled; the project's files are as they were" });
  if (processEnd.aborted) {
    // Whatever broke off, broke off because of that.
    await giveBack(id);
    throw new NotYet("the process is asked to end", { cause: error });
  }
  const known = error instanceof DomainError ? error : databaseFailure(error);
  const mayPass = known === undefined || (known.retryable && !NOT_BY_ITSELF.has(known.reason));
  if (options.committed || (mayPass && attempts < MAX_ATTEMPTS)) {
    const seconds = Math.max(known?.retryAfterSeconds ?? 0, options.pauseSeconds(attempts));
    importAttemptsRepeated.with({ reason: known?.reason ?? "import_interrupted" }).increment();
    await postpone(id, { seconds, message: `${known?.message ?? "the attempt broke off"}; it is made again` });
    log.warn("an import's attempt failed; it will be made again", {
      importId: id,
      attempts,
      cause: redactedMessage(error),
    });
    throw new NotYet("the attempt failed", { cause: error });
  }
  if (known === undefined) log.error("an import failed", { importId: id, cause: redactedMessage(error) });
  const failure = failureOf(known);
  await finishImport(id, { status: "failed", message: failure.message, failure });
}

/** An import whose worker died time and again is not begun any more. */
export function requireFewAttempts({ attempts }: ClaimedImport): void {
  if (attempts > MAX_ATTEMPTS) throw new DomainError("import_interrupted", "the import broke off several times");
}

function isCancellation(error: unknown): boolean {
  return error instanceof Cancelled || (error instanceof DomainError && error.reason === "project_not_found");
}

function failureOf(known: DomainError | undefined): ImportFailure {
  const { reason, message, hint } =
    known ?? new DomainError("import_interrupted", "the import broke off several times");
  return { reason, message, hint };
}
