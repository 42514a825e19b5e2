import { DomainError } from "../../platform/errors";
import { isArchiveHost, isLoopback } from "./hosts";

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
  return isArchiveHost(url, api);
}
