import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { handleApi } from "./api";
import { sendApiError } from "./http";
import { SandboxRegistry } from "./registry";
import { handleToolbox } from "./toolbox";

/**
 * Answers Daytona's API and its toolbox, so that the real SDK works against it unchanged: sandboxes are folders of this
 * machine, and files and commands are carried out in them for real, with the rights of whoever runs the server.
 * Answers are typed by Daytona's published clients, and behave as was seen of its own servers.
 */
export interface DaytonaServerOptions {
  port?: number;
  /** The one key that is accepted. */
  key: string;
  /** Where the sandboxes' folders are; a folder of its own that goes away with `close` unless given. */
  folder?: string;
  /** Called before each request is handled; may answer in its place (and then gives true), break the connection, or wait. */
  onRequest?: (req: IncomingMessage, res: ServerResponse) => Promise<boolean>;
}

export interface DaytonaServer {
  /** The API's base, with `/api`. */
  url: string;
  key: string;
  registry: SandboxRegistry;
  /** Method and path of each request so far. */
  requests: string[];
  close(): Promise<void>;
}

export async function startDaytonaServer(options: DaytonaServerOptions): Promise<DaytonaServer> {
  const folder = options.folder ?? mkdtempSync(path.join(tmpdir(), "daytona-server-"));
  const requests: string[] = [];
  const registry = new SandboxRegistry(folder);
  const server = createServer((req, res) => {
    requests.push(`${req.method} ${req.url}`);
    handle(req, res, { options, registry }).catch((error: unknown) => {
      if (res.headersSent) res.destroy();
      else sendApiError(req, res, { status: 500, message: error instanceof Error ? error.message : String(error) });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  registry.toolboxUrl = `${origin}/toolbox`;
  return {
    url: `${origin}/api`,
    key: options.key,
    registry,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Handling {
  options: DaytonaServerOptions;
  registry: SandboxRegistry;
}

async function handle(req: IncomingMessage, res: ServerResponse, { options, registry }: Handling): Promise<void> {
  if ((await options.onRequest?.(req, res)) === true) return;
  const url = new URL(req.url ?? "/", "http://127.0.0.1");
  const authorized = /^bearer (.+)$/i.exec(req.headers.authorization ?? "")?.[1] === options.key;
  const toolbox = /^\/toolbox\/([^/]+)(\/.*)?$/.exec(url.pathname);
  if (toolbox !== null) {
    return await handleToolbox(req, res, {
      url,
      authorized,
      path: toolbox[2] ?? "/",
      sandbox: registry.find(toolbox[1] ?? ""),
    });
  }
  if (url.pathname.startsWith("/api/")) return await handleApi(req, res, { url, authorized, registry });
  // Outside /api/ everything is the dashboard's page, whatever the method.
  res.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
  res.end("<!doctype html><html><head><title>Daytona</title></head><body></body></html>");
}
