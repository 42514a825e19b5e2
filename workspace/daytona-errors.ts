import { DomainError, type DomainErrorOptions, type Reason } from "../platform/errors";
import { redactedMessage } from "../platform/redaction";
import { daytonaFailures } from "./metrics";

/** How long a text of Daytona's is kept in an error, and in a workspace's log; HTML documents are longer. */
const MAX_TEXT = 500;
const MAX_DETAIL = 4_000;

/** A failure of Daytona's with its own words, redacted, for the workspace's log. They are not part of the message. */
export class DaytonaFailure extends DomainError {
  readonly detail: string;

  constructor(reason: Reason, message: string, { detail, ...options }: DomainErrorOptions & { detail: string }) {
    super(reason, message, options);
    this.detail = detail;
  }
}

/** What an error of the SDK tells. Its classes come from a package that is loaded only when it is used. */
interface ToldFailure {
  statusCode?: number;
  headers?: Record<string, unknown>;
}

/**
 * Any failure of the SDK as one of ours. The message is Daytona's own, redacted and shortened; the error itself, which may
 * hold request headers, goes no further.
 */
export function translateDaytonaError(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) return thrown;
  const message = redactedMessage(thrown);
  const { statusCode, headers } = failureOf(thrown);
  const reason = isMisuse(thrown) ? "daytona_rejected" : reasonOf(statusCode, message);
  daytonaFailures.with({ reason }).increment();
  const text =
    reason === "daytona_wrong_url" ? "the address answered with a web page in place of Daytona's API" : message;
  const retryAfterSeconds = retryAfter(headers);
  return new DaytonaFailure(reason, `Daytona: ${text.slice(0, MAX_TEXT)}`, {
    detail: `${statusCode === undefined ? "no HTTP status" : `HTTP ${statusCode}`}: ${message.slice(0, MAX_DETAIL)}`,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

export function statusOf(thrown: unknown): number | undefined {
  return failureOf(thrown).statusCode;
}

function failureOf(thrown: unknown): ToldFailure {
  if (typeof thrown !== "object" || thrown === null) return {};
  const { statusCode, headers } = thrown as { statusCode?: unknown; headers?: unknown };
  return {
    ...(typeof statusCode === "number" ? { statusCode } : {}),
    ...(typeof headers === "object" && headers !== null ? { headers: headers as Record<string, unknown> } : {}),
  };
}

/** What the SDK itself refuses, before it asks anybody: a language that Daytona has not, an interval below zero. */
function isMisuse(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.constructor.name === "DaytonaInvalidArgumentError";
}

/** An HTML answer with status 200 surfaces as one of these two, by what the SDK missed in it. */
const MISSED_IN_HTML = /sandboxId was null or undefined|is not iterable|Unsupported content type: text\/html/;
const QUOTA = /limit exceeded|quota|maximum allowed/i;
/** Refusals that Daytona gives status 400 though they pass. */
const PASSING = /no available runners|is pending|state change in progress/i;

function reasonOf(status: number | undefined, message: string): Reason {
  if (/<!doctype html|<html/i.test(message) || MISSED_IN_HTML.test(message)) return "daytona_wrong_url";
  if (status === 401) return "daytona_unauthorized";
  if (status === 403) return "daytona_forbidden";
  if (status === 429) return "daytona_rate_limited";
  if (QUOTA.test(message)) return "daytona_quota_exceeded";
  if (status === 409 || PASSING.test(message)) return "daytona_unavailable";
  if (/failed to start/i.test(message)) return "daytona_sandbox_failed";
  if (status !== undefined && status >= 400 && status < 500 && status !== 408) return "daytona_rejected";
  return "daytona_unavailable";
}

const RETRY_HEADERS = [
  "retry-after",
  "retry-after-sandbox-create",
  "retry-after-sandbox-lifecycle",
  "retry-after-authenticated",
];
const MAX_RETRY_SECONDS = 600;

/** Seconds or a date, in whichever header; an absurd value is bounded, one that is neither is ignored. */
function retryAfter(headers: Record<string, unknown> | undefined): number | undefined {
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (!RETRY_HEADERS.includes(name.toLowerCase()) || typeof value !== "string") continue;
    // A date begins with the day's name. JavaScript takes "-5" for one as well.
    const date = /^[A-Z][a-z]{2}/.test(value) ? Date.parse(value) : Number.NaN;
    const seconds = /^\d+$/.test(value) ? Number(value) : (date - Date.now()) / 1000;
    if (Number.isFinite(seconds)) return Math.min(MAX_RETRY_SECONDS, Math.max(1, Math.ceil(seconds)));
  }
  return undefined;
}
