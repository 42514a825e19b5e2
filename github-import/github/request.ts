import { DomainError } from "../../platform/errors";
import { requireTrustedHop } from "./redirects";

const API_VERSION = "2022-11-28";
const USER_AGENT = "vaporform-backend";
const MAX_HOPS = 3;

export interface RequestOptions {
  /** Without a slash at the end; `https://api.github.com`, an Enterprise server's, or a test server's. */
  apiUrl: string;
  /** Sent to the API's host only. */
  token: string | undefined;
  /** A server that is silent for this long has gone away. */
  idleMs: number;
  signal: AbortSignal;
  accept?: string;
  /** The ETag of what is known already. */
  ifNoneMatch?: string | undefined;
}

/** Follows redirects by hand, so that each hop is checked and the token goes to the API's own host only. */
export async function request(path: string, options: RequestOptions): Promise<Response> {
  const api = new URL(options.apiUrl);
  let url = new URL(`${options.apiUrl}${path}`);
  for (let hop = 0; ; hop++) {
    requireTrustedHop(url, api);
    const token = url.origin === api.origin ? options.token : undefined;
    const response = await requestOnce(url, { ...options, token });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || response.status === 304) return response;
    await response.body?.cancel();
    if (location === null || !URL.canParse(location, url.href))
      throw new DomainError("github_bad_answer", "GitHub redirected to no address");
    if (hop === MAX_HOPS) throw new DomainError("github_bad_answer", `GitHub redirected more than ${MAX_HOPS} times`);
    url = new URL(location, url);
  }
}

async function requestOnce(
  url: URL,
  { token, idleMs, signal, accept, ifNoneMatch }: RequestOptions,
): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), idleMs);
  try {
    return await fetch(url, {
      redirect: "manual",
      signal: AbortSignal.any([signal, late.signal]),
      headers: {
        accept: accept ?? "application/vnd.github+json",
        "user-agent": USER_AGENT,
        "x-github-api-version": API_VERSION,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(ifNoneMatch === undefined ? {} : { "if-none-match": ifNoneMatch }),
      },
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw new DomainError("github_unavailable", `${url.host} could not be reached`, { cause });
  } finally {
    clearTimeout(timer);
  }
}
