import { APIError, ErrCode, middleware } from "encore.dev/api";
import { databaseFailure } from "./database-errors";
import { type Code, DomainError, errorDetails } from "./errors";
import log from "./log";
import { redact, redactedFields } from "./redaction";
import { endStream } from "./stream-errors";
import { tally } from "./tally";

const ENCORE_CODES: Record<Code, ErrCode> = {
  invalid_argument: ErrCode.InvalidArgument,
  not_found: ErrCode.NotFound,
  already_exists: ErrCode.AlreadyExists,
  failed_precondition: ErrCode.FailedPrecondition,
  aborted: ErrCode.Aborted,
  out_of_range: ErrCode.OutOfRange,
  permission_denied: ErrCode.PermissionDenied,
  unauthenticated: ErrCode.Unauthenticated,
  resource_exhausted: ErrCode.ResourceExhausted,
  unavailable: ErrCode.Unavailable,
  deadline_exceeded: ErrCode.DeadlineExceeded,
  internal: ErrCode.Internal,
};

/**
 * Whatever was thrown, as its caller may see it. Of an error that nobody expected that is nothing but that there was one: what
 * it says, redacted, is for the log.
 */
export function toAPIError(error: unknown): APIError {
  const known = error instanceof DomainError ? error : databaseFailure(error);
  if (known !== undefined) {
    tally.refused(known.reason);
    // Without the cause, whose text Encore would put behind the message for the caller to see.
    const details = redactedFields({ ...errorDetails(known) });
    return new APIError(ENCORE_CODES[known.code], redact(known.message)).withDetails(details);
  }
  if (error instanceof APIError && error.code !== ErrCode.Internal && error.code !== ErrCode.Unknown) {
    const answer = new APIError(error.code, redact(error.message));
    return error.details === undefined ? answer : answer.withDetails(redactedFields(error.details));
  }
  log.failure(error, "a request failed for a reason that nobody expected");
  return new APIError(ErrCode.Internal, "an internal error occurred");
}

/** Every service lists this first: the one place where a domain error becomes Encore's, and is told on a stream. */
export const translateErrors = middleware({}, async (req, next) => {
  try {
    return await next(req);
  } catch (error) {
    const failure = toAPIError(error);
    if (req.stream !== undefined) endStream(req.stream, failure);
    throw failure;
  }
});
