import type { IncomingMessage, ServerResponse } from "node:http";
import { type Sandbox, SandboxDesiredState, SandboxState } from "@daytona/api-client";
import { createSandbox, startSandbox } from "./create";
import { readJson, sendApiError, sendJson, sendNotProvided } from "./http";
import { listSandboxes } from "./list";
import { createSshAccess, type Previews, sendPreview, sendSignedPreview } from "./previews";
import type { SandboxRecord, SandboxRegistry } from "./registry";

interface ApiRequest {
  url: URL;
  authorized: boolean;
  registry: SandboxRegistry;
  previews: Previews;
}

/** `/api/...`: the record of each sandbox. Files and commands are the toolbox's. */
export async function handleApi(req: IncomingMessage, res: ServerResponse, request: ApiRequest): Promise<void> {
  const { url, authorized, registry } = request;
  const segments = decodePath(url.pathname.slice("/api/".length));
  if (segments === undefined || segments[0] !== "sandbox") {
    if (url.pathname === "/api/config") return sendJson(res, 200, { version: "0.190.0" });
    if (url.pathname === "/api/health") return sendJson(res, 200, { status: "ok" });
    return sendApiError(req, res, { status: 404, message: `Cannot ${req.method} ${url.pathname}` });
  }
  if (!authorized) return sendApiError(req, res, { status: 401, message: "Invalid credentials" });
  const [, idOrName = "", ...action] = segments;
  if (idOrName === "") {
    if (req.method === "POST") return await createSandbox(req, res, registry);
    if (req.method === "GET") return listSandboxes(req, res, { url, registry });
    return sendApiError(req, res, { status: 404, message: `Cannot ${req.method} ${url.pathname}` });
  }
  const record = registry.find(idOrName);
  if (record === undefined) {
    return sendApiError(req, res, { status: 404, message: `Sandbox with ID or name ${idOrName} not found` });
  }
  await handleSandbox(req, res, { ...request, record, action });
}

/** Undefined for a path whose percent signs mean nothing. */
function decodePath(path: string): string[] | undefined {
  try {
    return path.split("/").map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

interface SandboxRequest extends ApiRequest {
  record: SandboxRecord;
  action: string[];
}

async function handleSandbox(req: IncomingMessage, res: ServerResponse, request: SandboxRequest): Promise<void> {
  const { record, registry, previews, url, action } = request;
  const { sandbox } = record;
  const [verb = "", port, kind] = action;
  switch (`${req.method} ${verb}`) {
    case "GET ":
      return sendJson(res, 200, sandbox);
    case "DELETE ":
      if (isPassing(sandbox)) return refuseWhilePassing(req, res);
      registry.remove(record);
      // One in error keeps its state to the end.
      return sendJson(res, 200, isFailed(sandbox) ? sandbox : { ...sandbox, state: SandboxState.DESTROYING });
    case "POST start":
      if (sandbox.state === SandboxState.STARTED) return sendJson(res, 200, sandbox);
      if (isPassing(sandbox)) return refuseWhilePassing(req, res);
      if (isFailed(sandbox)) return refuseFailed(req, res);
      return await startSandbox(req, res, { registry, record });
    case "POST stop":
      if (isPassing(sandbox)) return refuseWhilePassing(req, res);
      if (isFailed(sandbox)) return refuseFailed(req, res);
      if (sandbox.state !== SandboxState.STARTED) {
        return sendApiError(req, res, { status: 400, message: "Sandbox is not in a stoppable state" });
      }
      registry.stop(record);
      if (sandbox.desiredState === SandboxDesiredState.DESTROYED) {
        return sendJson(res, 200, { ...sandbox, state: SandboxState.DESTROYING } satisfies Sandbox);
      }
      return sendJson(res, 200, { ...sandbox, state: SandboxState.STOPPING } satisfies Sandbox);
    case "PUT labels": {
      // Nothing is validated here.
      const labels = (await readJson(req))?.labels;
      sandbox.labels = (labels ?? {}) as Record<string, string>;
      return sendJson(res, 200, sandbox);
    }
    case "GET toolbox-proxy-url":
      return sendJson(res, 200, { url: sandbox.toolboxProxyUrl });
    case "POST last-activity":
      sandbox.lastActivityAt = new Date().toISOString();
      res.writeHead(201);
      res.end();
      return;
    case "GET ports":
      if (kind === "preview-url") return sendPreview(req, res, { previews, sandbox, port: Number(port) });
      if (kind === "signed-preview-url") {
        return sendSignedPreview(req, res, { previews, sandbox, port: Number(port), query: url.searchParams });
      }
      return sendNotProvided(req, res);
    case "POST ssh-access":
      return createSshAccess(res, { sandbox, query: url.searchParams });
    default:
      return sendNotProvided(req, res);
  }
}

/** States of passage in which Daytona refuses every change. One that is being archived or waits for its build is deleted. */
const PASSING: readonly (SandboxState | undefined)[] = [
  SandboxState.CREATING,
  SandboxState.STARTING,
  SandboxState.RESTORING,
  SandboxState.STOPPING,
  SandboxState.DESTROYING,
  SandboxState.BUILDING_SNAPSHOT,
  SandboxState.PULLING_SNAPSHOT,
];

function isPassing({ state }: Sandbox): boolean {
  return PASSING.includes(state);
}

function isFailed({ state }: Sandbox): boolean {
  return state === SandboxState.ERROR || state === SandboxState.BUILD_FAILED;
}

function refuseWhilePassing(req: IncomingMessage, res: ServerResponse): void {
  sendApiError(req, res, { status: 409, message: "Sandbox state change in progress" });
}

function refuseFailed(req: IncomingMessage, res: ServerResponse): void {
  sendApiError(req, res, { status: 400, message: "Sandbox is in an errored state" });
}
