const DEFAULT_API_URL = "https://api.github.com";
const GITHUB_HOSTS = ["github.com", "www.github.com", "ssh.github.com"];
/** Where an Enterprise Server has its API. */
const ENTERPRISE_PATH = "/api/v3";

/**
 * Where GitHub's API is, without a slash at the end: that of github.com, or what GITHUB_API_URL says (an Enterprise server's,
 * or a test server's). Throws for what cannot be one.
 */
export function apiUrl(environment: Record<string, string | undefined>): string {
  const given = (environment.GITHUB_API_URL ?? "").trim().replace(/\/+$/, "");
  if (given === "") return DEFAULT_API_URL;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isPlain = url !== undefined && url.username === "" && url.password === "" && !/[?#]/.test(given);
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
  if (!isPlain || !isSafe)
    throw new Error("GITHUB_API_URL must be an https address such as https://HOST/api/v3; see docs/github-import.md");
  return given;
}

/** The hosts that repositories' own addresses have; the first one is for people. */
export function repositoryHosts(api: string): readonly string[] {
  const url = new URL(api);
  // A test server stands for github.com, unless it is mounted as an Enterprise server.
  if (webHostname(url) === "github.com" || (isLoopback(url.hostname) && !isEnterpriseServer(url))) return GITHUB_HOSTS;
  const hostname = webHostname(url);
  // An address may name the port; that of ssh is another one.
  return url.port === "" ? [hostname] : [`${hostname}:${url.port}`, hostname];
}

/** Whether the API's server hands archives over to this host: besides itself, to `codeload.HOST`. */
export function isArchiveHost(url: URL, api: URL): boolean {
  return url.port === api.port && url.hostname === `codeload.${webHostname(api)}`;
}

export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Where people look at repositories: with an Enterprise Server the API's own host, else `api.HOST` without the `api`. */
function webHostname(api: URL): string {
  return isEnterpriseServer(api) ? api.hostname : api.hostname.replace(/^api\./, "");
}

function isEnterpriseServer({ pathname }: URL): boolean {
  return pathname.endsWith(ENTERPRISE_PATH);
}
