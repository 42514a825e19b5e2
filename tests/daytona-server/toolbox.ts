import type { IncomingMessage, ServerResponse } from "node:http";
import { SandboxState } from "@daytona/api-client";
import { handleFiles } from "./files";
import { sendJson } from "./http";
import { executeCommand } from "./process";
import type { SandboxRecord } from "./registry";

export interface ToolboxRequest {
  url: URL;
  authorized: boolean;
  /** Behind the sandbox's id. */
  path: string;
  sandbox: SandboxRecord | undefined;
}

/** The toolbox of a sandbox, behind its proxy: a wrong key and a sandbox that is not there look the same. */
export async function handleToolbox(
  req: IncomingMessage,
  res: ServerResponse,
  { url, authorized, path, sandbox }: ToolboxRequest,
): Promise<void> {
  const proxyError = (statusCode: number, message: string, code: string) =>
    sendJson(res, statusCode, {
      statusCode,
      message,
      code,
      timestamp: new Date().toISOString(),
      path: url.pathname,
      method: req.method,
    });
  if (!authorized || sandbox === undefined) {
    return proxyError(401, "unauthorized: authentication failed: Bearer token is invalid", "UNAUTHORIZED");
  }
  if (sandbox.sandbox.state !== SandboxState.STARTED) {
    return proxyError(400, "bad request: no IP address found. Is the Sandbox started?", "BAD_REQUEST");
  }
  sandbox.sandbox.lastActivityAt = new Date().toISOString();
  const route = `${req.method} ${path}`;
  if (route === "GET /work-dir" || route === "GET /user-home-dir") return sendJson(res, 200, { dir: sandbox.folder });
  if (route === "POST /process/execute") return await executeCommand(req, res, sandbox);
  if (path === "/files" || path.startsWith("/files/"))
    return await handleFiles(req, res, { url, route, folder: sandbox.folder });
  res.writeHead(404, { "Content-Type": "text/plain" });
  res.end("404 page not found");
}
