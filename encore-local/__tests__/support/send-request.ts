import http from "node:http";
import type { GeneratedRequest } from "./requests";

/** Long after any honest answer. */
const HANG_MS = 10_000;

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

/** As it is, byte by byte: `fetch` would refuse or mend much of it. */
export function send(url: string, { method, target, headers, body }: GeneratedRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    // Node gives a DELETE's body no length by itself.
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const options = {
      hostname,
      port,
      method,
      path: target,
      headers: { ...headers, ...length },
      signal: AbortSignal.timeout(HANG_MS),
    };
    const request = http.request(options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}
