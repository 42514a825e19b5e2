import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";

export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { "Content-Type": "application/json; charset=utf-8" });
  res.end(JSON.stringify(body));
}

/** An answer without a body, as the toolbox's file routes give. */
export function sendStatus(res: ServerResponse, status: number): void {
  res.writeHead(status);
  res.end();
}

export function sendText(res: ServerResponse, status: number, text: string): void {
  res.writeHead(status, { "Content-Type": "text/plain" });
  res.end(text);
}

/** The dashboard's page, which answers everything outside of `/api/`, whatever the method. */
export function sendPage(res: ServerResponse, status = 200): void {
  res.writeHead(status, { "Content-Type": "text/html; charset=utf-8" });
  res.end("<!doctype html><html><head><title>Daytona</title></head><body></body></html>");
}

/** An honest answer to what the product does not use, so that nobody takes silence for success. */
export function sendNotProvided(req: IncomingMessage, res: ServerResponse): void {
  sendJson(res, 501, { statusCode: 501, message: `${req.method} ${req.url} is not provided by this server` });
}

/** The API's form of an error. */
export function sendApiError(
  req: IncomingMessage,
  res: ServerResponse,
  error: { status: number; message: string },
): void {
  sendJson(res, error.status, {
    path: req.url,
    timestamp: new Date().toISOString(),
    statusCode: error.status,
    error: STATUS_CODES[error.status] ?? "Error",
    message: error.message,
  });
}

/** The toolbox's form of one, in its commands and sessions, and its proxy's. */
export function sendToolboxError(
  req: IncomingMessage,
  res: ServerResponse,
  { status, code, message, path }: { status: number; code: string; message: string; path: string },
): void {
  sendJson(res, status, {
    statusCode: status,
    message,
    code,
    timestamp: new Date().toISOString(),
    path,
    method: req.method,
  });
}

export async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** The body as a JSON object; undefined for anything else. */
export async function readJson(req: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = JSON.parse(await readBody(req));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
