import { randomBytes, randomUUID } from "node:crypto";
import { type IncomingMessage, request, type ServerResponse } from "node:http";
import type { PortPreviewUrl, Sandbox, SignedPortPreviewUrl, SshAccessDto } from "@daytona/api-client";
import { SandboxState } from "@daytona/api-client";
import { sendApiError, sendJson, sendToolboxError } from "./http";
import type { SandboxRegistry } from "./registry";

const DEFAULT_SECONDS = 60;
const MAX_SECONDS = 86_400;
const DEFAULT_SSH_MINUTES = 60;

interface SignedToken {
  sandboxId: string;
  port: number;
  expiresAt: number;
}

/** `<port>-<id or signed token>.localhost`: every name below `localhost` is this machine. */
export class Previews {
  /** The server's own port. */
  port = 0;
  readonly #signed = new Map<string, SignedToken>();
  readonly #tokens = new Map<string, string>();

  url(port: number, target: string): string {
    return `http://${port}-${target}.localhost:${this.port}`;
  }

  sign(sandboxId: string, port: number, seconds: number): string {
    const token = randomBytes(16).toString("hex");
    this.#signed.set(token, { sandboxId, port, expiresAt: Date.now() + seconds * 1000 });
    return token;
  }

  tokenOf(sandboxId: string): string {
    const token = this.#tokens.get(sandboxId) ?? randomBytes(16).toString("hex");
    this.#tokens.set(sandboxId, token);
    return token;
  }

  /** A restart changes it. */
  forgetToken(sandboxId: string): void {
    this.#tokens.delete(sandboxId);
  }

  /** The sandbox that the host name gives access to, by itself or with the preview token. */
  sandboxFor(host: string, token: string | undefined): { sandboxId: string; port: number } | undefined {
    const name = /^(\d+)-([\w-]+)\./.exec(host);
    if (name === null) return undefined;
    const [, port, target = ""] = name;
    const signed = this.#signed.get(target);
    if (signed !== undefined) {
      return signed.port === Number(port) && signed.expiresAt > Date.now() ? signed : undefined;
    }
    return token !== undefined && this.#tokens.get(target) === token
      ? { sandboxId: target, port: Number(port) }
      : undefined;
  }
}

interface PreviewRequest {
  previews: Previews;
  sandbox: Sandbox;
  port: number;
}

export function sendPreview(
  req: IncomingMessage,
  res: ServerResponse,
  { previews, sandbox, port }: PreviewRequest,
): void {
  if (!isPort(port)) {
    sendApiError(req, res, { status: 400, message: "Invalid port" });
    return;
  }
  const token = previews.tokenOf(sandbox.id);
  sendJson(res, 200, {
    sandboxId: sandbox.id,
    url: previews.url(port, sandbox.id),
    token,
  } satisfies PortPreviewUrl);
}

export function sendSignedPreview(
  req: IncomingMessage,
  res: ServerResponse,
  { previews, sandbox, port, query }: PreviewRequest & { query: URLSearchParams },
): void {
  if (!isPort(port)) {
    sendApiError(req, res, { status: 400, message: "Invalid port" });
    return;
  }
  const seconds = Number(query.get("expiresInSeconds") ?? DEFAULT_SECONDS);
  if (!(seconds >= 1 && seconds <= MAX_SECONDS)) {
    sendApiError(req, res, { status: 400, message: "expiresInSeconds must be between 1 second and 24 hours" });
    return;
  }
  const token = previews.sign(sandbox.id, port, seconds);
  sendJson(res, 200, {
    sandboxId: sandbox.id,
    port,
    token,
    url: previews.url(port, token),
  } satisfies SignedPortPreviewUrl);
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}

/** A token is given, but nothing listens for SSH here: a real sandbox's gateway is not imitated. */
export function createSshAccess(
  res: ServerResponse,
  { sandbox, query }: { sandbox: Sandbox; query: URLSearchParams },
): void {
  const minutes = Number(query.get("expiresInMinutes") ?? DEFAULT_SSH_MINUTES);
  const token = randomBytes(24).toString("base64url");
  const now = new Date();
  sendJson(res, 200, {
    id: randomUUID(),
    sandboxId: sandbox.id,
    token,
    expiresAt: new Date(now.getTime() + minutes * 60_000),
    createdAt: now,
    updatedAt: now,
    sshCommand: `ssh -p 2222 ${token}@127.0.0.1`,
  } satisfies SshAccessDto);
}

/**
 * The proxy in front of what listens in a sandbox. Here all sandboxes share the ports of this machine. WebSockets are not
 * passed on.
 */
export function handlePreview(
  req: IncomingMessage,
  res: ServerResponse,
  { previews, registry, host }: { previews: Previews; registry: SandboxRegistry; host: string },
): void {
  const header = req.headers["x-daytona-preview-token"];
  const target = previews.sandboxFor(host, typeof header === "string" ? header : undefined);
  if (target === undefined) {
    // To the page where one signs in; also when a token has expired or is for another port.
    res.writeHead(307, { Location: "/login", "Content-Type": "text/html; charset=utf-8" });
    res.end('<a href="/login">Temporary Redirect</a>.\n\n');
    return;
  }
  const record = registry.find(target.sandboxId);
  if (record?.sandbox.state !== SandboxState.STARTED) {
    const message = "failed to resolve container IP after 3 attempts: no IP address found. Is the Sandbox started?";
    sendToolboxError(req, res, { status: 400, code: "BAD_REQUEST", message, path: req.url ?? "/" });
    return;
  }
  record.sandbox.lastActivityAt = new Date().toISOString();
  const { host: _host, "x-daytona-preview-token": _token, authorization: _key, ...headers } = req.headers;
  const upstream = request(
    { host: "127.0.0.1", port: target.port, path: req.url, method: req.method, headers },
    (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    },
  );
  upstream.once("error", () => {
    if (res.headersSent) res.destroy();
    else res.writeHead(502).end();
  });
  req.pipe(upstream);
}
