import type { IncomingMessage } from "node:http";
import { ApiFailure } from "../runtime/api-error";

const HEADERS_PREFIX = "encore.dev.headers.";

/** Browsers set these themselves; a page must not reach them by way of the protocol list. */
const FORBIDDEN = new Set([
  "accept-charset",
  "accept-encoding",
  "access-control-request-headers",
  "access-control-request-method",
  "connection",
  "content-length",
  "cookie",
  "date",
  "dnt",
  "expect",
  "host",
  "keep-alive",
  "origin",
  "permissions-policy",
  "referer",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "via",
]);

/**
 * The headers that Encore's generated client hides in `Sec-WebSocket-Protocol`, because browsers let a page set no
 * others on a WebSocket: `encore.dev.headers.` and base64url of a JSON object. Null when they are malformed.
 */
export function headersFromProtocol(protocol: string | undefined): Record<string, string> | null {
  const headers: Record<string, string> = {};
  for (const part of (protocol ?? "").split(",").map((item) => item.trim())) {
    if (!part.startsWith(HEADERS_PREFIX)) continue;
    const given = parseObject(part.slice(HEADERS_PREFIX.length));
    if (!given) return null;
    for (const [name, value] of Object.entries(given)) {
      const key = name.toLowerCase();
      const allowed = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(key) && !FORBIDDEN.has(key) && !/^(sec-|proxy-)/.test(key);
      if (!allowed || typeof value !== "string" || /[\r\n\0]/.test(value)) return null;
      headers[key] = value;
    }
  }
  return headers;
}

function parseObject(encoded: string): Record<string, unknown> | null {
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) return null;
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** What a stream asks of the request that opens it. @throws ApiFailure */
export function requireWebSocket(request: IncomingMessage): void {
  const { headers } = request;
  if (!/\bupgrade\b/i.test(headers.connection ?? "")) throw refused("Connection header did not include 'upgrade'");
  if (headers.upgrade?.toLowerCase() !== "websocket") throw refused("`Upgrade` header did not include 'websocket'");
  if (headers["sec-websocket-version"] !== "13") throw refused("`Sec-WebSocket-Version` header did not include '13'");
  if (headers["sec-websocket-key"] === undefined) throw refused("`Sec-WebSocket-Key` header missing");
}

const refused = (message: string): ApiFailure => ApiFailure.invalidArgument(message, message);
