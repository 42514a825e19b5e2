import type { IncomingMessage } from "node:http";
import { ApiFailure } from "../runtime/api-error";

const TOO_LONG = "length limit exceeded";

/** The whole body. @throws ApiFailure past `limit` bytes, and when the client goes away in the middle. */
export function readBody(request: IncomingMessage, limit: number | null): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (limit !== null && length > limit) {
        request.off("data", onData);
        request.resume();
        reject(ApiFailure.invalidArgument(`unable to read request body: ${TOO_LONG}\n\nCaused by:\n    ${TOO_LONG}`));
      } else {
        chunks.push(chunk);
      }
    };
    request.on("data", onData);
    request.once("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once("close", () => {
      if (!request.complete) reject(ApiFailure.invalidArgument("unable to read request body: connection closed"));
    });
  });
}
