import { DomainError } from "../../platform/errors";
import { redact } from "../../platform/redaction";

const MAX_WAIT_SECONDS = 3_600;
/** What GitHub asks for where it names no time. */
const DEFAULT_WAIT_SECONDS = 60;

export interface Asked {
  /** The answer's body. */
  text: string;
  hasToken: boolean;
  /** The branch, tag or commit that was asked for, if any. */
  ref: string | undefined;
}

/** What GitHub's answer means; see its documentation of errors and rate limits. */
export function failureOf(response: Pick<Response, "status" | "headers">, asked: Asked): DomainError {
  const { status } = response;
  const message = messageOf(asked.text);
  switch (status) {
    case 401:
      return new DomainError("github_token_rejected", "GitHub does not accept the token");
    case 403:
    case 429:
      return forbidden(response, message);
    case 404:
      return notFound(asked, message);
    case 409:
      return new DomainError("empty_repository", "the repository is empty");
    case 422:
      return refNotFound(asked.ref);
    case 451:
      return new DomainError(
        "repository_blocked",
        `GitHub has blocked the repository: ${message || "no reason given"}`,
      );
    default:
      return new DomainError("github_unavailable", `GitHub answered with status ${status}`);
  }
}

function notFound({ hasToken, ref }: Asked, message: string): DomainError {
  if (ref !== undefined && /commit|ref/i.test(message)) return refNotFound(ref);
  const text = hasToken
    ? "the repository is not there, or the token has no access to it"
    : "the repository is not there, or it is private";
  return new DomainError("repository_not_found", text);
}

export function refNotFound(ref: string | undefined): DomainError {
  return new DomainError("ref_not_found", `there is no branch, tag or commit '${ref ?? ""}'`);
}

function forbidden({ status, headers }: Pick<Response, "status" | "headers">, message: string): DomainError {
  const sso = headers.get("x-github-sso");
  if (sso?.startsWith("required")) return ssoRequired(sso);
  const isPrimary = headers.get("x-ratelimit-remaining") === "0";
  if (status === 429 || isPrimary || headers.has("retry-after") || /rate limit/i.test(message))
    return rateLimited(headers, isPrimary);
  return new DomainError("github_forbidden", `GitHub: ${message || `status ${status}`}`);
}

function ssoRequired(header: string): DomainError {
  const link = /url=(https:\/\/[^\s;]+)/.exec(header)?.[1];
  return new DomainError(
    "github_sso_required",
    "the organisation asks for single sign-on",
    link === undefined ? {} : { hint: `Authorise the token at ${link}` },
  );
}

function rateLimited(headers: Headers, isPrimary: boolean): DomainError {
  const seconds = waitSeconds(headers);
  const until = new Date(Date.now() + seconds * 1000).toISOString();
  const kind = isPrimary ? "rate limit" : "secondary rate limit";
  return new DomainError("github_rate_limited", `GitHub's ${kind} is reached; it ends at ${until}`, {
    retryAfterSeconds: seconds,
  });
}

/** A time in seconds or a date, else the end of the period; never more than an hour, whatever is said. */
function waitSeconds(headers: Headers): number {
  const given = headers.get("retry-after");
  const reset = Number(headers.get("x-ratelimit-reset") ?? Number.NaN) - Date.now() / 1000;
  const after = given === null ? Number.NaN : Number(given);
  const until = given === null ? Number.NaN : (Date.parse(given) - Date.now()) / 1000;
  const wait = [after, until, reset].find(Number.isFinite) ?? DEFAULT_WAIT_SECONDS;
  return Math.min(MAX_WAIT_SECONDS, Math.max(1, Math.ceil(wait)));
}

/** GitHub's own words, redacted and short; nothing of an HTML page. */
function messageOf(text: string): string {
  try {
    const body: unknown = JSON.parse(text);
    const message = typeof body === "object" && body !== null && "message" in body ? String(body.message) : "";
    return redact(message).slice(0, 300);
  } catch {
    return "";
  }
}
