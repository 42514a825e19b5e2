import { DomainError } from "../platform/errors";
import { redact } from "../platform/redaction";
import { requireTrustedHop } from "./redirects";
import type { RepositoryReference } from "./repository-reference";

const API_VERSION = "2022-11-28";
const USER_AGENT = "vaporform-backend";
const HEADERS_TIMEOUT_MS = 30_000;
/** A download that gives nothing for this long has stalled. */
const IDLE_TIMEOUT_MS = 30_000;
const MAX_HOPS = 3;
const MAX_ERROR_BYTES = 64 * 1024;

export interface GitHubClientOptions {
  /** Without a slash at the end; `https://api.github.com`, an Enterprise server's, or a test server's. */
  apiUrl: string;
  /** Sent to the API's host only. */
  token: string | undefined;
}

/** GitHub's REST API as far as an import needs it: one request. */
export interface GitHubClient {
  /**
   * The repository's tar.gz as a stream. Throws what went wrong as a `DomainError`; also while it is read, when the
   * connection breaks or stalls.
   */
  downloadArchive(repository: RepositoryReference, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

export function createGitHubClient({ apiUrl, token }: GitHubClientOptions): GitHubClient {
  return {
    async downloadArchive({ owner, name, ref }, signal) {
      const path = `/repos/${owner}/${name}/tarball${ref === undefined ? "" : `/${encodeRef(ref)}`}`;
      const response = await follow(new URL(`${apiUrl}${path}`), { apiUrl, token, signal });
      if (!response.ok) throw await failureOf(response, { hasToken: token !== undefined, ref });
      const type = response.headers.get("content-type") ?? "";
      if (/html|json|text\//.test(type) || response.body === null) {
        throw new DomainError("github_unavailable", `GitHub answered with ${type || "nothing"} in place of an archive`);
      }
      return withIdleTimeout(response.body, signal);
    },
  };
}

/** Slashes stay: GitHub takes them as part of the reference. */
function encodeRef(ref: string): string {
  return ref.split("/").map(encodeURIComponent).join("/");
}

interface FollowOptions extends GitHubClientOptions {
  signal: AbortSignal;
}

/** Follows redirects by hand, so that each hop is checked and the token goes to the API's own host only. */
async function follow(start: URL, { apiUrl, token, signal }: FollowOptions): Promise<Response> {
  const api = new URL(apiUrl);
  let url = start;
  for (let hop = 0; ; hop++) {
    requireTrustedHop(url, api);
    const response = await request(url, url.origin === api.origin ? token : undefined, signal);
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    if (hop === MAX_HOPS) throw new DomainError("github_unavailable", `GitHub redirected more than ${MAX_HOPS} times`);
    url = new URL(location, url);
  }
}

async function request(url: URL, token: string | undefined, signal: AbortSignal): Promise<Response> {
  try {
    const headersLate = new AbortController();
    const timer = setTimeout(() => headersLate.abort(), HEADERS_TIMEOUT_MS);
    try {
      return await fetch(url, {
        redirect: "manual",
        signal: AbortSignal.any([signal, headersLate.signal]),
        headers: {
          accept: "application/vnd.github+json",
          "user-agent": USER_AGENT,
          "x-github-api-version": API_VERSION,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      });
    } finally {
      clearTimeout(timer);
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw new DomainError("github_unavailable", `${url.host} could not be reached`, { cause });
  }
}

async function* withIdleTimeout(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const next = await readWithin(reader, IDLE_TIMEOUT_MS);
      if (next.done) return;
      yield next.value;
    }
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof DomainError) throw cause;
    throw new DomainError("github_unavailable", "the connection to GitHub broke while the archive came", { cause });
  } finally {
    // The connection is given up where not everything was read.
    await reader.cancel().catch(() => undefined);
  }
}

async function readWithin(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  milliseconds: number,
): ReturnType<typeof reader.read> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new DomainError("github_unavailable", "the download from GitHub stalled")),
      milliseconds,
    );
  });
  try {
    return await Promise.race([reader.read(), stalled]);
  } finally {
    clearTimeout(timer);
  }
}

interface Asked {
  hasToken: boolean;
  ref: string | undefined;
}

/** What GitHub's answer means; see its documentation of errors and rate limits. */
async function failureOf(response: Response, { hasToken, ref }: Asked): Promise<DomainError> {
  const { status, headers } = response;
  const message = await messageOf(response);
  if (status === 401) return new DomainError("github_token_rejected", "GitHub does not accept the token");
  if (status === 403 || status === 429) {
    const sso = headers.get("x-github-sso");
    const url = /url=(\S+)/.exec(sso ?? "")?.[1];
    if (sso?.startsWith("required")) {
      return new DomainError(
        "github_sso_required",
        "the organisation asks for single sign-on",
        url === undefined ? {} : { hint: `Authorise the token at ${url}` },
      );
    }
    if (status === 429 || headers.get("x-ratelimit-remaining") === "0" || /rate limit/i.test(message)) {
      return new DomainError("github_rate_limited", "GitHub's rate limit is reached", {
        retryAfterSeconds: retryAfter(headers),
      });
    }
    return new DomainError("github_forbidden", `GitHub: ${message}`);
  }
  if (status === 404 && ref !== undefined && /commit|ref/i.test(message)) {
    return new DomainError("ref_not_found", `there is no branch, tag or commit '${ref}'`);
  }
  if (status === 404) {
    const text = hasToken
      ? "the repository is not there, or the token has no access to it"
      : "the repository is not there, or it is private";
    return new DomainError("repository_not_found", text);
  }
  if (status === 409) return new DomainError("empty_repository", "the repository is empty");
  if (status === 422) return new DomainError("ref_not_found", `there is no branch, tag or commit '${ref ?? ""}'`);
  if (status === 451) return new DomainError("github_forbidden", "the repository is blocked for legal reasons");
  return new DomainError("github_unavailable", `GitHub answered with status ${status}`);
}

/** GitHub's own words, redacted and short; nothing of an HTML page. */
async function messageOf(response: Response): Promise<string> {
  const text = (await response.text().catch(() => "")).slice(0, MAX_ERROR_BYTES);
  try {
    const body: unknown = JSON.parse(text);
    const message = typeof body === "object" && body !== null && "message" in body ? String(body.message) : "";
    return redact(message).slice(0, 300);
  } catch {
    return "";
  }
}

const MAX_WAIT_SECONDS = 3_600;

function retryAfter(headers: Headers): number {
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  const reset = Number(headers.get("x-ratelimit-reset") ?? Number.NaN) - Date.now() / 1000;
  // Without either, GitHub asks for a minute.
  const wait = Number.isFinite(seconds) ? seconds : Number.isFinite(reset) ? reset : 60;
  return Math.min(MAX_WAIT_SECONDS, Math.max(1, Math.ceil(wait)));
}
