const DEFAULT_API_URL = "https://api.github.com";
const GITHUB_HOSTS = ["github.com", "www.github.com"];

/** Where GitHub's API is: that of github.com, or what GITHUB_API_URL says (an Enterprise server's, or a test server's). */
export function apiUrl(environment: Record<string, string | undefined>): string {
  return (environment.GITHUB_API_URL ?? "").trim().replace(/\/+$/, "") || DEFAULT_API_URL;
}

/** The hosts that repositories' own addresses have. */
export function repositoryHosts(api: string): readonly string[] {
  const { host, hostname } = new URL(api);
  // A test server stands for github.com.
  if (host === "api.github.com" || ["localhost", "127.0.0.1", "[::1]"].includes(hostname)) return GITHUB_HOSTS;
  return [host];
}
