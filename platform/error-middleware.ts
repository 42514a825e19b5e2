import { APIError, ErrCode, middleware } from "encore.dev/api";
import { databaseFailure } from "./database-errors";
import { type Code, DomainError, errorDetails } from "./errors";

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

export function toAPIError(error: DomainError): APIError {
  // Without the cause, whose text Encore would put behind the message for the caller to see.
  return new APIError(ENCORE_CODES[error.code], error.message).withDetails({ ...errorDetails(error) });
}

/** Every service lists this first: the one place where a domain error becomes Encore's. */
export const translateErrors = middleware({}, async (req, next) => {
  try {
    return await next(req);
  } catch (error) {
    const known = error instanceof DomainError ? error : databaseFailure(error);
    if (known !== undefined) throw toAPIError(known);
    throw error;
  }
});
