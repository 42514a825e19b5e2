import type { IncomingMessage } from "node:http";

/**
 * Why a request is not answered; undefined for one that is. Pages of other sites must not reach the explorer: neither
 * directly, nor under a name of their own that they let point to this machine.
 */
export function refusal(request: IncomingMessage, port: number): string | undefined {
  const { host, origin, "sec-fetch-site": site } = request.headers;
  const own = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (host === undefined || !own.includes(host)) return `the explorer is only at http://127.0.0.1:${port}`;
  if (origin !== undefined && !own.some((name) => origin === `http://${name}`))
    return "pages of other sites are refused";
  const asked = request.method !== "GET" || request.url?.startsWith("/api/");
  // A link from elsewhere may lead to the page, but nothing else.
  if (asked && site !== undefined && site !== "same-origin" && site !== "none")
    return "pages of other sites are refused";
  return undefined;
}

/** `streamUrl` is the one other address that the page talks to. */
export function securityHeaders(streamUrl: string): Record<string, string> {
  const policy = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob:",
    "connect-src": `'self' ${streamUrl}`,
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
  };
  return {
    "content-security-policy": Object.entries(policy)
      .map((entry) => entry.join(" "))
      .join("; "),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
  };
}
