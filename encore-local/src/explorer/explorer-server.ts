import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { CallError, callApp, parseCall } from "./call-app";
import { type AppDescription, streamUrlOf } from "./describe-app";
import type { DatabaseStatus } from "./explorer";
import { refusal, securityHeaders } from "./guard";
import { staticFile } from "./static-files";

const MOST_CALL_BYTES = 20 * 1024 * 1024;

export interface ExplorerServerOptions {
  port: number;
  app: { url: string; host: string; port: number };
  /** Undefined until a version of the app is served. */
  describe: () => AppDescription | undefined;
  databases: () => Promise<DatabaseStatus[]>;
  openStream: (response: ServerResponse) => void;
}

/** The listening side of the explorer: its page, what the page asks for, and calls of the app on its behalf. */
export class ExplorerServer {
  readonly #options: ExplorerServerOptions;
  readonly #server: Server;
  readonly #headers: Record<string, string>;

  constructor(options: ExplorerServerOptions) {
    this.#options = options;
    this.#headers = securityHeaders(streamUrlOf(options.app.url));
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else sendJson(response, 500, { error: error instanceof Error ? error.message : String(error) });
      });
    });
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#options.port, "127.0.0.1", () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(this.#headers)) response.setHeader(name, value);
    const refused = refusal(request, this.#options.port);
    if (refused !== undefined) return sendJson(response, 403, { error: refused });
    const [path = "/"] = (request.url ?? "/").split("?");
    switch (`${request.method} ${path}`) {
      case "GET /api/app":
        return this.#describe(response);
      case "GET /api/databases":
        return sendJson(response, 200, await this.#options.databases());
      case "GET /api/events":
        return this.#options.openStream(response);
      case "POST /api/call":
        return await this.#call(request, response);
      default:
        return await sendFile(request, response, path);
    }
  }

  #describe(response: ServerResponse): void {
    const description = this.#options.describe();
    if (description === undefined) sendJson(response, 503, { error: "the app has not started yet" });
    else sendJson(response, 200, description);
  }

  /** The page calls the app through here: a browser would keep cookies and most headers to itself. */
  async #call(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const stopped = new AbortController();
    response.once("close", () => stopped.abort());
    try {
      const call = parseCall(await readText(request));
      sendJson(response, 200, await callApp(call, { ...this.#options.app, signal: stopped.signal }));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (!response.destroyed) sendJson(response, error.status, { error: error.message });
    }
  }
}

/** @throws CallError past the limit */
async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MOST_CALL_BYTES) throw new CallError(`a call from here may have ${MOST_CALL_BYTES} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function sendFile(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  const file = request.method === "GET" ? await staticFile(path) : undefined;
  if (file === undefined) return sendJson(response, 404, { error: `there is no ${request.method} ${path}` });
  response.writeHead(200, { "content-type": file.type, "content-length": file.content.length }).end(file.content);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}
