import { existsSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect } from "node:net";
import path from "node:path";
import type { Duplex } from "node:stream";
import { SandboxState } from "@daytona/api-client";
import { type WebSocket, WebSocketServer } from "ws";
import type { z } from "zod";
import { handleFiles } from "./files";
import { sendJson, sendNotProvided, sendStatus, sendText, sendToolboxError } from "./http";
import { executeCommand, runCode } from "./process";
import { handlePty, ptyRequest, refuseTerminal, Terminal } from "./pty";
import type { SandboxRecord } from "./registry";
import { followLogs, handleSessions } from "./session-routes";
import type { ShellSession } from "./sessions";
import { ProcessGroups } from "./shell";

/** What runs in one sandbox. */
export class Daemon {
  readonly groups = new ProcessGroups();
  readonly sessions = new Map<string, ShellSession>();
  readonly terminals = new Map<string, Terminal>();

  openTerminal(
    request: z.output<typeof ptyRequest>,
    record: SandboxRecord,
  ): { status: number; error: string } | undefined {
    const error = refuseTerminal(request);
    if (error !== undefined) return { status: 400, error };
    if (this.terminals.has(request.id)) {
      return { status: 409, error: `PTY session with ID '${request.id}' already exists` };
    }
    if (!existsSync(path.resolve(record.folder, request.cwd ?? "."))) {
      return { status: 500, error: "failed to start PTY session" };
    }
    const onEnd = () => this.terminals.delete(request.id);
    this.terminals.set(request.id, new Terminal(request, { record, onEnd }));
    return undefined;
  }

  end(): void {
    for (const session of this.sessions.values()) session.end(this.groups);
    for (const terminal of this.terminals.values()) terminal.kill();
    this.groups.endAll();
  }
}

/** The daemons of all sandboxes, by the sandbox's id. */
export class Daemons {
  readonly #daemons = new Map<string, Daemon>();

  of(sandboxId: string): Daemon {
    const daemon = this.#daemons.get(sandboxId) ?? new Daemon();
    this.#daemons.set(sandboxId, daemon);
    return daemon;
  }

  end(sandboxId: string): void {
    this.#daemons.get(sandboxId)?.end();
    this.#daemons.delete(sandboxId);
  }

  endAll(): void {
    for (const id of [...this.#daemons.keys()]) this.end(id);
  }
}

export interface ToolboxRequest {
  url: URL;
  authorized: boolean;
  /** Behind the sandbox's id. */
  path: string;
  record: SandboxRecord | undefined;
  daemons: Daemons;
}

/** A request to the toolbox of a sandbox that runs. */
export interface ToolboxCall {
  req: IncomingMessage;
  res: ServerResponse;
  url: URL;
  path: string;
  record: SandboxRecord;
  daemon: Daemon;
}

const NO_KEY =
  "unauthorized: missing authentication: provide a preview access token (via header, query parameter, or cookie) or use an API key or JWT";

/** The toolbox of a sandbox, behind its proxy: a wrong key and a sandbox that is not there look the same. */
export async function handleToolbox(req: IncomingMessage, res: ServerResponse, request: ToolboxRequest): Promise<void> {
  const { url, authorized, path: route, record, daemons } = request;
  const proxyError = (status: number, message: string, code: string, path = url.pathname) =>
    sendToolboxError(req, res, { status, message, code, path });
  if (req.headers.authorization === undefined) return proxyError(401, NO_KEY, "UNAUTHORIZED");
  if (!authorized || record === undefined) {
    return proxyError(401, "unauthorized: authentication failed: Bearer token is invalid", "UNAUTHORIZED");
  }
  if (record.sandbox.state === SandboxState.ARCHIVED) {
    const message = `bad request: failed to get runner info: Sandbox with ID ${record.sandbox.id} not found`;
    return proxyError(400, message, "BAD_REQUEST");
  }
  if (record.sandbox.state !== SandboxState.STARTED) {
    const message = "failed to resolve container IP after 3 attempts: no IP address found. Is the Sandbox started?";
    // The path is what the runner behind the proxy is asked for.
    return proxyError(400, message, "BAD_REQUEST", `/sandboxes/${record.sandbox.id}/toolbox${route}`);
  }
  record.sandbox.lastActivityAt = new Date().toISOString();
  const call: ToolboxCall = { req, res, url, path: route, record, daemon: daemons.of(record.sandbox.id) };
  const at = `${req.method} ${route}`;
  if (at === "GET /work-dir" || at === "GET /user-home-dir") return sendJson(res, 200, { dir: record.folder });
  if (at === "GET /version") return sendJson(res, 200, { version: "v0.190.0" });
  if (at === "POST /process/execute") return await executeCommand(call);
  if (at === "POST /process/code-run") return await runCode(call);
  if (route === "/process/session" || route.startsWith("/process/session/")) return await handleSessions(call);
  if (route === "/process/pty" || route.startsWith("/process/pty/")) return await handlePty(call);
  if (route === "/files" || route.startsWith("/files/")) {
    return await handleFiles(req, res, { url, route: at, folder: record.folder });
  }
  if (route.startsWith("/port/")) return await portInUse(call);
  if (/^\/(git|lsp|computeruse|proxy|port)(\/|$)/.test(route)) return sendNotProvided(req, res);
  sendText(res, 404, "404 page not found");
}

/** Only from 3000 to 9999. Here the ports are those of this machine. */
async function portInUse({ res, path: route }: ToolboxCall): Promise<void> {
  const port = Number(/^\/port\/(\d+)\/in-use$/.exec(route)?.[1]);
  if (!(port >= 3000 && port <= 9999)) return sendStatus(res, 400);
  const isInUse = await new Promise<boolean>((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
  sendJson(res, 200, { isInUse });
}

const EXIT_CONTROL = "X-Daytona-Pty-Exit-Control";
/** The SDK hangs up unless one of its protocols is chosen; so do servers newer than v0.190. */
const sockets = new WebSocketServer({
  noServer: true,
  handleProtocols: (offered) => (offered.has(EXIT_CONTROL) ? EXIT_CONTROL : false),
});

interface Upgrade {
  socket: Duplex;
  head: Buffer;
  request: ToolboxRequest | undefined;
}

/** The WebSockets of the toolbox: logs that are followed, and terminals. */
export function upgradeToolbox(req: IncomingMessage, { socket, head, request }: Upgrade): void {
  const { record } = request ?? {};
  if (!request?.authorized || record?.sandbox.state !== SandboxState.STARTED) {
    socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    return;
  }
  const daemon = request.daemons.of(record.sandbox.id);
  const [, , kind, id = "", verb, commandId = "", what] = request.path.split("/").map(decodeURIComponent);
  const accept = (then: (ws: WebSocket) => void): void => sockets.handleUpgrade(req, socket, head, then);
  const session = daemon.sessions.get(id);
  if (kind === "session" && session !== undefined && what === "logs") {
    accept((ws) => {
      followLogs(ws, { session, commandId }).catch(() => ws.terminate());
    });
  } else if (kind === "pty" && id === "create-connect") {
    const query = ptyRequest.safeParse({ ...Object.fromEntries(request.url.searchParams), envs: ptyVariables(req) });
    const refusal = query.success ? daemon.openTerminal(query.data, record) : { error: "session ID is required" };
    accept((ws) => connectTerminal(ws, { terminal: daemon.terminals.get(query.data?.id ?? ""), refusal }));
  } else if (kind === "pty" && verb === "connect") {
    const refusal = { error: `Failed to connect to PTY session: PTY session ${id} not found` };
    const terminal = daemon.terminals.get(id);
    accept((ws) => connectTerminal(ws, { terminal, refusal: terminal === undefined ? refusal : undefined }));
  } else {
    socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  }
}

function connectTerminal(
  ws: WebSocket,
  { terminal, refusal }: { terminal: Terminal | undefined; refusal: { error: string } | undefined },
): void {
  if (terminal !== undefined && refusal === undefined) terminal.connect(ws);
  else ws.send(JSON.stringify({ error: refusal?.error, status: "error", type: "control" }), () => ws.terminate());
}

/** The SDK hands a terminal's variables over in a subprotocol. */
function ptyVariables(req: IncomingMessage): unknown {
  const encoded = /X-Daytona-Pty-Envs~([\w-]+)/.exec(req.headers["sec-websocket-protocol"] ?? "")?.[1];
  return encoded === undefined ? undefined : JSON.parse(Buffer.from(encoded, "base64url").toString("utf8"));
}
