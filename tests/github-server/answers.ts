import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

/** GitHub's form of an error. */
export function sendMessage(res: ServerResponse, status: number, message: string): void {
  res.writeHead(status, { "Content-Type": "application/json; charset=utf-8" });
  res.end(JSON.stringify({ message, documentation_url: "https://docs.github.com/rest", status: String(status) }));
}

/** GitHub does not tell what is not there from what one may not see. */
export function notFound(res: ServerResponse): void {
  sendMessage(res, 404, "Not Found");
}

/** An answer with an ETag; 304 for who has it already. */
export function sendTagged(
  req: IncomingMessage,
  res: ServerResponse,
  { type, body }: { type: string; body: string },
): void {
  const etag = `W/"${createHash("sha256").update(body).digest("hex")}"`;
  res.setHeader("ETag", etag);
  if (req.headers["if-none-match"] === etag) {
    res.writeHead(304).end();
    return;
  }
  res.writeHead(200, { "Content-Type": type });
  res.end(body);
}

export function sendJson(req: IncomingMessage, res: ServerResponse, body: unknown): void {
  sendTagged(req, res, { type: "application/json; charset=utf-8", body: JSON.stringify(body) });
}
