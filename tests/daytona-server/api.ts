import type { IncomingMessage, ServerResponse } from "node:http";
import { type ListSandboxesResponse, type Sandbox, SandboxState } from "@daytona/api-client";
import { z } from "zod";
import { readJson, sendApiError, sendJson } from "./http";
import type { SandboxRecord, SandboxRegistry } from "./registry";

interface ApiRequest {
  url: URL;
  authorized: boolean;
  registry: SandboxRegistry;
}

const createBody = z.object({
  name: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  public: z.boolean().optional(),
  target: z.string().optional(),
  autoStopInterval: z.number().int().min(0).optional(),
  autoArchiveInterval: z.number().int().min(0).optional(),
  autoDeleteInterval: z.number().int().optional(),
});

/** `/api/...`: the record of each sandbox. Files and commands are the toolbox's. */
export async function handleApi(
  req: IncomingMessage,
  res: ServerResponse,
  { url, authorized, registry }: ApiRequest,
): Promise<void> {
  const [resource, idOrName, action, ...rest] = url.pathname.slice("/api/".length).split("/").map(decodeURIComponent);
  const known = resource === "sandbox" && rest.length <= 1;
  const route = `${req.method} ${[known ? "sandbox" : resource, idOrName && ":id", action].filter(Boolean).join("/")}`;
  if (!known) return sendApiError(req, res, { status: 404, message: `Cannot ${req.method} ${url.pathname}` });
  if (!authorized) return sendApiError(req, res, { status: 401, message: "Invalid credentials" });
  if (route === "POST sandbox") return await create(req, res, registry);
  if (route === "GET sandbox") return list(req, res, { url, registry });
  const record = registry.find(idOrName ?? "");
  if (record === undefined) {
    return sendApiError(req, res, { status: 404, message: `Sandbox with ID or name ${idOrName} not found` });
  }
  await handleSandbox(req, res, { route, record, registry });
}

async function create(req: IncomingMessage, res: ServerResponse, registry: SandboxRegistry): Promise<void> {
  const body = createBody.safeParse(await readJson(req));
  if (!body.success) {
    const message = body.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`).join(", ");
    return sendApiError(req, res, { status: 400, message });
  }
  const record = registry.create(body.data);
  if (record === undefined) {
    return sendApiError(req, res, { status: 409, message: `Sandbox with name ${body.data.name} already exists` });
  }
  // The record of a create says so even when the sandbox has started.
  sendJson(res, 200, { ...record.sandbox, state: SandboxState.CREATING } satisfies Sandbox);
}

function list(
  req: IncomingMessage,
  res: ServerResponse,
  { url, registry }: { url: URL; registry: SandboxRegistry },
): void {
  const limit = Math.min(200, Number(url.searchParams.get("limit") ?? 100) || 100);
  let labels: Record<string, string>;
  try {
    labels = z.record(z.string(), z.string()).parse(JSON.parse(url.searchParams.get("labels") ?? "{}"));
  } catch {
    sendApiError(req, res, { status: 400, message: "labels must be a JSON object" });
    return;
  }
  const matching = registry.all
    .map(({ sandbox }) => sandbox)
    .filter((sandbox) => Object.entries(labels).every(([name, value]) => sandbox.labels[name] === value));
  const start = Number(url.searchParams.get("cursor") ?? 0) || 0;
  const items = matching.slice(start, start + limit);
  const next = start + limit < matching.length ? String(start + limit) : null;
  sendJson(res, 200, { items, nextCursor: next } satisfies ListSandboxesResponse);
}

interface SandboxRequest {
  route: string;
  record: SandboxRecord;
  registry: SandboxRegistry;
}

async function handleSandbox(
  req: IncomingMessage,
  res: ServerResponse,
  { route, record, registry }: SandboxRequest,
): Promise<void> {
  const { sandbox } = record;
  switch (route) {
    case "GET sandbox/:id":
      return sendJson(res, 200, sandbox);
    case "DELETE sandbox/:id":
      registry.delete(record);
      return sendJson(res, 200, { ...sandbox, state: SandboxState.DESTROYING } satisfies Sandbox);
    case "POST sandbox/:id/start":
      sandbox.state = SandboxState.STARTED;
      return sendJson(res, 200, sandbox);
    case "POST sandbox/:id/stop":
      if (sandbox.state !== SandboxState.STARTED) {
        return sendApiError(req, res, { status: 400, message: "Sandbox is not in a stoppable state" });
      }
      sandbox.state = SandboxState.STOPPED;
      return sendJson(res, 200, { ...sandbox, state: SandboxState.STOPPING } satisfies Sandbox);
    case "PUT sandbox/:id/labels": {
      const labels = z.object({ labels: z.record(z.string(), z.string()) }).safeParse(await readJson(req));
      if (labels.success) sandbox.labels = labels.data.labels;
      return sendJson(res, 200, { labels: sandbox.labels });
    }
    case "GET sandbox/:id/toolbox-proxy-url":
      return sendJson(res, 200, { url: sandbox.toolboxProxyUrl });
    case "POST sandbox/:id/last-activity":
      sandbox.lastActivityAt = new Date().toISOString();
      return sendJson(res, 201, {});
    default:
      // Previews, SSH, archives and the like are not provided here.
      return sendApiError(req, res, { status: 404, message: `Cannot ${req.method} ${req.url}` });
  }
}
