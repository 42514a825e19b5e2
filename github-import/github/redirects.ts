import { DomainError } from "../../platform/errors";

/** Hosts that GitHub's own API hands archives over to. */
const GITHUB_ARCHIVE_HOSTS = new Set(["codeload.github.com"]);

/**
 * Only the API's own host, and by redirect its archive host; https, except on loopback. Throws `github_bad_answer` for any
 * other address: whoever names one is not GitHub.
 */
export function requireTrustedHop(url: URL, api: URL): void {
  const loopback = isLoopback(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && loopback)) {
    throw new DomainError("github_bad_answer", `GitHub redirected to an address without encryption (${url.host})`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new DomainError("github_bad_answer", "GitHub redirected to an address with credentials in it");
  }
  if (!isTrusted(url, api))
    throw new DomainError("github_bad_answer", `GitHub redirected to ${url.host}, which is not trusted`);
}

function isTrusted(url: URL, api: URL): boolean {
  if (url.host === api.host) return true;
  // A test server on loopback has its archive host on another port of loopback.
  if (isLoopback(api.hostname)) return isLoopback(url.hostname);
  if (url.port !== "") return false;
  if (api.hostname === "api.github.com") return GITHUB_ARCHIVE_HOSTS.has(url.hostname);
  return url.hostname === `codeload.${api.hostname}`;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
