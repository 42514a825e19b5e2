import type { ServerResponse } from "node:http";

/** GitHub's form of an error. */
export function sendMessage(res: ServerResponse, status: number, message: string): void {
  res.writeHead(status, { "Content-Type": "application/json; charset=utf-8" });
  res.end(JSON.stringify({ message, documentation_url: "https://docs.github.com/rest", status: String(status) }));
}

/** GitHub does not tell what is not there from what one may not see. */
export function notFound(res: ServerResponse): void {
  sendMessage(res, 404, "Not Found");
}
