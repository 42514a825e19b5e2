import { DomainError, type Reason } from "../platform/errors";
import { redactedMessage } from "../platform/redaction";
import { DaytonaFailure } from "./daytona-errors";
import { type Change, type LeasedRows, Superseded } from "./leased-rows";
import type { Sandbox } from "./sandboxes";
import { DEADLINE_MINUTES } from "./state-machine";
import type { SandboxRecords, WorkerPorts } from "./worker-ports";
import type { WorkItem } from "./workspace-store";

/** Thrown when there is more to do later: the message is delivered again, with growing pauses. */
export class NotYet extends Error {
  override readonly name = "NotYet";
}

/** The provider; throws for a workspace that needs one while there is none. */
export function requireSandboxes({ sandboxes }: WorkerPorts): SandboxRecords {
  if (sandboxes !== null) return sandboxes;
  throw new DomainError(
    "daytona_not_configured",
    "there is no Daytona SDK: DaytonaAPIKey is not set, or it could not be built",
  );
}

/**
 * Does something with a sandbox that was looked at before. A refusal may only mean that it changed between the look and the
 * call (it stopped by itself, somebody removed it): then another look decides. Throws `NotYet`.
 */
export async function actOn(sandbox: Sandbox, sandboxes: SandboxRecords, call: "start" | "stop"): Promise<void> {
  try {
    await sandboxes[call](sandbox.id);
  } catch (error) {
    if (!(error instanceof DomainError && error.reason === "daytona_rejected")) throw error;
    const now = await sandboxes.find(sandbox.id);
    if (now?.state === sandbox.state) throw error;
    throw new NotYet(`the sandbox is ${now?.phase ?? "gone"} meanwhile`, { cause: error });
  }
}

interface Failure {
  reason: Reason;
  message: string;
  /** Another attempt may do better. */
  mayPass: boolean;
  retryAfterSeconds: number | undefined;
  detail: string | undefined;
  /** Nothing went wrong: Daytona takes its time. */
  waiting: boolean;
}

function describe(error: unknown): Failure {
  if (error instanceof DomainError) {
    return {
      reason: error.reason,
      message: error.message,
      mayPass: error.retryable,
      retryAfterSeconds: error.retryAfterSeconds,
      detail: error instanceof DaytonaFailure ? error.detail : undefined,
      waiting: false,
    };
  }
  const waiting = error instanceof NotYet;
  return {
    reason: waiting ? "daytona_timeout" : "workspace_interrupted",
    message: redactedMessage(error),
    mayPass: true,
    retryAfterSeconds: undefined,
    detail: undefined,
    waiting,
  };
}

/** A stop has no deadline that would end it. */
const MAX_STOP_ATTEMPTS = 30;

/**
 * What may pass is tried again while there is time, with the cause in the row for all to see: throws `NotYet`. All else ends
 * in `error`. Throws `Superseded` when the row is not the worker's any more.
 */
export async function handleFailure(item: WorkItem, error: unknown, rows: LeasedRows): Promise<WorkItem> {
  if (error instanceof Superseded) throw error;
  const failure = describe(error);
  if (!isTriedAgain(item, failure)) return await rows.write(item, ending(item, failure));
  const { message, reason, detail } = failure;
  await rows.write(item, {
    statusReason: message,
    pauseSeconds: pauseAfter(item, failure),
    note: failure.waiting
      ? { kind: "step", message }
      : { kind: "failure", message, reason, ...(detail === undefined ? {} : { detail }) },
  });
  throw new NotYet(message, { cause: error });
}

/** A deletion is never given up: the sandbox would stay and cost money. */
function isTriedAgain({ status, overdue, attempts }: WorkItem, { mayPass }: Failure): boolean {
  if (status === "deleting") return true;
  if (!mayPass || overdue) return false;
  return DEADLINE_MINUTES[status] !== null || attempts < MAX_STOP_ATTEMPTS;
}

function ending({ status, overdue }: WorkItem, { reason, message, detail }: Failure): Change {
  const minutes = DEADLINE_MINUTES[status];
  const late = overdue && minutes !== null ? `it was not ready within ${minutes} minutes; the last cause: ` : "";
  return {
    status: "error",
    statusReason: late + message,
    errorReason: reason,
    settled: true,
    // The change of status is noted by itself; Daytona's own words come before it.
    ...(detail === undefined ? {} : { note: { kind: "failure", message, reason, detail } }),
  };
}

/** Seconds. A refused key is asked with rarely: Daytona blocks addresses that keep sending one. */
const LONGEST = { waiting: 10, attempt: 60, deletion: 300, hopeless: 600 };

function pauseAfter({ status, attempts }: WorkItem, failure: Failure): number {
  if (failure.retryAfterSeconds !== undefined) return failure.retryAfterSeconds;
  if (!failure.mayPass) return LONGEST.hopeless;
  const longest = failure.waiting ? LONGEST.waiting : status === "deleting" ? LONGEST.deletion : LONGEST.attempt;
  const full = Math.min(longest, 2 ** Math.min(attempts, 10));
  // Jitter, so that many that failed at once do not come back at once.
  return full * (0.5 + Math.random() / 2);
}
