import type { IncomingHttpHeaders } from "node:http";

const ALWAYS_ALLOWED = [
  "accept",
  "authorization",
  "content-type",
  "origin",
  "user-agent",
  "x-correlation-id",
  "x-request-id",
  "x-requested-with",
];
const ALWAYS_EXPOSED = ["x-request-id", "x-correlation-id", "x-encore-trace-id"];
const VARY = "origin,access-control-request-method,access-control-request-headers";

export interface CorsOptions {
  /** Of encore.app. */
  allowHeaders: string[];
  exposeHeaders: string[];
  /** Header parameters of public endpoints and of the auth handler. */
  requestHeaders: string[];
  /** Header fields of public endpoints' answers. */
  responseHeaders: string[];
}

type HeaderPairs = [name: string, value: string][];

/**
 * The CORS headers of answers. A local Encore app allows every origin, with credentials too, whatever encore.app says
 * of origins: that part only counts once deployed.
 */
export class Cors {
  readonly #allowHeaders: string | null;
  readonly #plain: readonly string[];

  constructor(options: CorsOptions) {
    const { allowHeaders, exposeHeaders, requestHeaders, responseHeaders } = options;
    const lower = (names: string[]): string => [...new Set(names.map((name) => name.toLowerCase()))].join(",");
    this.#allowHeaders = allowHeaders.includes("*")
      ? null
      : lower([...allowHeaders, ...ALWAYS_ALLOWED, ...requestHeaders]);
    this.#plain = [
      ["access-control-allow-credentials", "true"],
      ["vary", VARY],
      ["access-control-expose-headers", lower([...exposeHeaders, ...ALWAYS_EXPOSED, ...responseHeaders])],
    ].flat();
  }

  /** For every answer but that to OPTIONS: names and values by turns. */
  headers(request: IncomingHttpHeaders): string[] {
    const headers = [...this.#plain];
    for (const pair of originHeaders(request)) headers.push(...pair);
    return headers;
  }

  /** For OPTIONS, which is always answered as a preflight. */
  preflight(request: IncomingHttpHeaders): HeaderPairs {
    const pairs: HeaderPairs = [
      ["access-control-allow-credentials", "true"],
      ["vary", VARY],
      ...originHeaders(request),
    ];
    const method = request["access-control-request-method"];
    if (method !== undefined) pairs.push(["access-control-allow-methods", method]);
    const allowed = this.#allowHeaders ?? request["access-control-request-headers"];
    if (allowed !== undefined) pairs.push(["access-control-allow-headers", allowed]);
    return pairs;
  }
}

function originHeaders(request: IncomingHttpHeaders): HeaderPairs {
  const pairs: HeaderPairs = [];
  if (request["access-control-request-private-network"] === "true") {
    pairs.push(["access-control-allow-private-network", "true"]);
  }
  if (request.origin !== undefined) pairs.push(["access-control-allow-origin", request.origin]);
  return pairs;
}
