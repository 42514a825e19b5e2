import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { handleApi } from "./api";
import { handleControl } from "./control";
import { serveEvents } from "./events";
import { Faults } from "./faults";
import { sendApiError, sendPage, sendStatus } from "./http";
import { LOOK_EVERY_MS, lookForIdle } from "./idle";
import { handlePreview, Previews } from "./previews";
import { SandboxRegistry, type Timing } from "./registry";
import { Daemons, handleToolbox, upgradeToolbox } from "./toolbox";

/**
 * Answers Daytona's API and its toolbox, so that the real SDK works against it unchanged: sandboxes are folders of this
 * machine, and files and commands are carried out in them for real, with the rights of whoever runs the server.
 * Answers are typed by Daytona's published clients, and behave as was seen of its own servers; what the product does not
 * use is answered with 501.
 */
export interface DaytonaServerOptions {
  port?: number;
  /** The one key that is accepted. */
  key: string;
  /** Where the sandboxes' folders are; a folder of its own that goes away with `close` unless given. */
  folder?: string;
  /** How long states of passage last; not at all unless given. */
  timing?: Timing;
  /** Called before each request is handled; may answer in its place (and then gives true), break the connection, or wait. */
  onRequest?: (req: IncomingMessage, res: ServerResponse) => Promise<boolean>;
}

export interface DaytonaServer {
  /** The API's base, with `/api`. */
  url: string;
  key: string;
  registry: SandboxRegistry;
  /** What goes wrong with the next calls. Over HTTP: /control/faults. */
  faults: Faults;
  /** Method and path of each request so far. */
  requests: string[];
  close(): Promise<void>;
}

export async function startDaytonaServer(options: DaytonaServerOptions): Promise<DaytonaServer> {
  const folder = options.folder ?? mkdtempSync(path.join(tmpdir(), "daytona-server-"));
  const requests: string[] = [];
  const registry = new SandboxRegistry(folder, options.timing);
  const parts: Parts = { registry, faults: new Faults(), previews: new Previews(), daemons: new Daemons() };
  registry.events.on("halted", ({ sandbox }) => {
    parts.daemons.end(sandbox.id);
    parts.previews.forgetToken(sandbox.id);
  });
  const server = createServer((req, res) => {
    requests.push(`${req.method} ${req.url}`);
    handle(req, res, { options, parts }).catch((error: unknown) => {
      if (res.headersSent) res.destroy();
      else sendApiError(req, res, { status: 500, message: error instanceof Error ? error.message : String(error) });
    });
  });
  // A client in the same process may be busy for longer than Node's five seconds, and then finds its connection closed.
  server.keepAliveTimeout = 60_000;
  const events = serveEvents(server, { registry, key: options.key });
  server.on("upgrade", (req: IncomingMessage, socket, head) => {
    const url = new URL(req.url ?? "/", "http://127.0.0.1");
    if (url.pathname === "/api/socket.io/") return;
    requests.push(`UPGRADE ${req.url}`);
    upgradeToolbox(req, { socket, head, request: toolboxRequest(req, { options, parts }) });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  registry.toolboxUrl = `${origin}/toolbox`;
  parts.previews.port = port;
  const looks = setInterval(() => lookForIdle(registry), LOOK_EVERY_MS).unref();
  return {
    url: `${origin}/api`,
    key: options.key,
    registry,
    faults: parts.faults,
    requests,
    async close() {
      clearInterval(looks);
      parts.daemons.endAll();
      server.closeAllConnections();
      await events.close();
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Parts {
  registry: SandboxRegistry;
  faults: Faults;
  previews: Previews;
  daemons: Daemons;
}

interface Handling {
  options: DaytonaServerOptions;
  parts: Parts;
}

async function handle(req: IncomingMessage, res: ServerResponse, { options, parts }: Handling): Promise<void> {
  const host = req.headers.host ?? "";
  if (/^\d+-[\w-]+\./.test(host)) return handlePreview(req, res, { ...parts, host });
  const url = new URL(req.url ?? "/", "http://127.0.0.1");
  if (url.pathname.startsWith("/control/")) {
    if (!isAuthorized(req, options.key)) return sendStatus(res, 401);
    return await handleControl(req, res, { ...parts, path: url.pathname });
  }
  if ((await options.onRequest?.(req, res)) === true) return;
  await parts.faults.apply({ req, res, handle: (...call) => dispatch(...call, { options, parts }) });
}

async function dispatch(req: IncomingMessage, res: ServerResponse, handling: Handling): Promise<void> {
  const toolbox = toolboxRequest(req, handling);
  if (toolbox !== undefined) return await handleToolbox(req, res, toolbox);
  // A path as it came: a base that ends in a slash gives `//api/...`, which is not the API.
  const url = new URL(`http://127.0.0.1${req.url ?? "/"}`);
  const authorized = isAuthorized(req, handling.options.key);
  if (url.pathname.startsWith("/api/")) return await handleApi(req, res, { ...handling.parts, url, authorized });
  sendPage(res);
}

function toolboxRequest(req: IncomingMessage, { options, parts }: Handling) {
  const url = new URL(`http://127.0.0.1${req.url ?? "/"}`);
  const match = /^\/toolbox\/([^/]+)(\/.*)?$/.exec(url.pathname);
  if (match === null) return undefined;
  const record = parts.registry.all.find(({ sandbox }) => sandbox.id === match[1]);
  const authorized = isAuthorized(req, options.key);
  return { url, authorized, path: match[2] ?? "/", record, daemons: parts.daemons };
}

/** The scheme may be in lower case. */
function isAuthorized(req: IncomingMessage, key: string): boolean {
  return /^bearer (.+)$/i.exec(req.headers.authorization ?? "")?.[1] === key;
}
