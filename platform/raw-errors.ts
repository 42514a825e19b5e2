import type { ServerResponse } from "node:http";
import { APIError } from "encore.dev/api";
import { databaseFailure } from "./database-errors";
import { type Code, DomainError, errorDetails } from "./errors";
import log from "./log";
import { redact, redactedFields, redactedMessage } from "./redaction";
import { tally } from "./tally";

/** HTTP status by code, as Encore maps them. */
const STATUS: Record<Code, number> = {
  invalid_argument: 400,
  not_found: 404,
  already_exists: 409,
  failed_precondition: 400,
  aborted: 409,
  out_of_range: 400,
  permission_denied: 403,
  unauthenticated: 401,
  resource_exhausted: 429,
  unavailable: 503,
  deadline_exceeded: 504,
  internal: 500,
};

/**
 * Answers a raw request with an error of the same shape as typed endpoints have. `status` replaces the code's own, for
 * 412. Once the head of the answer is out, the error is thrown on: the runtime then cuts the answer off, so that its reader
 * sees that it is not whole.
 */
export function sendError(res: ServerResponse, error: unknown, status?: number): void {
  if (res.headersSent) {
    log.error("a raw answer broke off", { cause: redactedMessage(error) });
    throw error;
  }
  const { code, body } = describe(error);
  res.writeHead(status ?? STATUS[code], { "Content-Type": "application/json" });
  res.end(JSON.stringify(body));
}

function describe(error: unknown): { code: Code; body: Record<string, unknown> } {
  const known = error instanceof DomainError ? error : databaseFailure(error);
  if (known !== undefined) {
    const { code, message, reason } = known;
    tally.refused(reason);
    return { code, body: { code, message: redact(message), details: redactedFields(errorDetails(known)) } };
  }
  if (error instanceof APIError && error.code in STATUS && error.code !== "internal") {
    const code = error.code as Code;
    return { code, body: { code, message: redact(error.message), details: redactedFields(error.details ?? null) } };
  }
  log.failure(error, "a raw endpoint failed");
  return { code: "internal", body: { code: "internal", message: "an internal error occurred", details: null } };
}
