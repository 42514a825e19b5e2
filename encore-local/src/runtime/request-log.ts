import { STATUS_CODES } from "node:http";
import { ApiFailure, type ErrorCode, toApiFailure } from "./api-error";
import { LogLevel, type RuntimeLogger } from "./host";
import type { Request } from "./request";

/** The lines that each request leaves in the log; their texts and fields are those of Encore's runtime. */

export function logStarted(logger: RuntimeLogger, request: Request): void {
  logger.log(request, LogLevel.Info, "starting request");
}

/** `code` is "ok" or an error's; `http_201` and the like for a raw answer of another status. */
export function logCompleted(logger: RuntimeLogger, request: Request, code: string): void {
  logger.log(request, LogLevel.Info, "request completed", undefined, undefined, { code, duration: request.elapsedMs });
}

/** The failure to answer with, once it is in the log. */
export function loggedFailure(thrown: unknown, request: Request, logger: RuntimeLogger): ApiFailure {
  const failure = toApiFailure(thrown);
  const error = thrown instanceof Error && !(thrown instanceof ApiFailure) ? thrown : failure;
  logFailed(logger, request, { error, code: failure.code, internalMessage: failure.internalMessage });
  return failure;
}

/** What a raw or static endpoint answered: an error status counts as a failure of its own. */
export function logAnswered(logger: RuntimeLogger, request: Request, status: number): void {
  const known = CODE_OF_STATUS[status];
  if (status >= 400) {
    const error = new ApiFailure(known ?? "unknown", STATUS_CODES[status] ?? `HTTP ${status}`);
    error.stack = undefined;
    logFailed(logger, request, { error, code: error.code, internalMessage: null });
    logCompleted(logger, request, error.code);
  } else {
    logCompleted(logger, request, status === 200 ? "ok" : `http_${status}`);
  }
}

function logFailed(
  logger: RuntimeLogger,
  request: Request,
  { error, code, internalMessage }: { error: Error; code: string; internalMessage: string | null },
): void {
  const fields = { code, ...(internalMessage === null ? {} : { internal_message: internalMessage }) };
  logger.log(request, LogLevel.Error, "request failed", error, undefined, fields);
}

const CODE_OF_STATUS: Record<number, ErrorCode> = {
  400: "invalid_argument",
  401: "unauthenticated",
  403: "permission_denied",
  404: "not_found",
  409: "already_exists",
  429: "resource_exhausted",
  499: "canceled",
  500: "internal",
  501: "unimplemented",
  503: "unavailable",
  504: "deadline_exceeded",
};
