import {
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
  validateHeaderName,
  validateHeaderValue,
} from "node:http";
import { redactHeader } from "../runtime/redact";

const MOST_BODY_BYTES = 2 * 1024 * 1024;

/** Headers that belong to the connection, which is the explorer's. */
const CONNECTION_HEADERS = new Set([
  "connection",
  "content-length",
  "host",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
]);

/** A request that the page asks for. */
export interface AppCall {
  method: string;
  /** With the query. */
  path: string;
  headers: [name: string, value: string][];
  body?: string;
}

export interface AppAnswer {
  status: number;
  statusText: string;
  headers: [name: string, value: string][];
  /** Until the head of the answer, and until its end. */
  firstByteMs: number;
  ms: number;
  /** In base64. */
  body: string;
  bytes: number;
  /** True when the body was longer than what is kept of it. */
  truncated: boolean;
}

/** The request cannot be sent (status 400), or the app did not answer (502). */
export class CallError extends Error {
  override readonly name = "CallError";
  readonly status: number;

  constructor(message: string, { cause, status = 400 }: ErrorOptions & { status?: number } = {}) {
    super(message, { cause });
    this.status = status;
  }
}

/** @throws CallError for what is no call */
export function parseCall(text: string): AppCall {
  const value: unknown = parseJson(text);
  if (typeof value !== "object" || value === null) throw new CallError("a call is an object");
  const { method, path, headers, body } = value as Record<string, unknown>;
  if (typeof method !== "string" || !/^[A-Z]+$/.test(method)) throw new CallError("the method must be in capitals");
  if (typeof path !== "string" || !/^\/[\x21-\x7e]*$/.test(path))
    throw new CallError("the path must begin with '/' and be encoded");
  if (body !== undefined && typeof body !== "string") throw new CallError("the body must be a text");
  return { method, path, headers: parseHeaders(headers), ...(body === undefined ? {} : { body }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CallError("a call is JSON", { cause });
  }
}

function parseHeaders(headers: unknown): [string, string][] {
  if (!Array.isArray(headers)) throw new CallError("headers are a list");
  return headers.map((header: unknown) => {
    const [name, value] = Array.isArray(header) ? header : [];
    if (typeof name !== "string" || typeof value !== "string") throw new CallError("a header is a name and a value");
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch (cause) {
      throw new CallError(`the header ${JSON.stringify(name)} cannot be sent: ${(cause as Error).message}`, { cause });
    }
    if (CONNECTION_HEADERS.has(name.toLowerCase())) throw new CallError(`the header ${name} cannot be chosen`);
    return [name, value];
  });
}

/** Calls the app, and nothing else. @throws CallError when it does not answer */
export async function callApp(
  call: AppCall,
  { host, port, signal }: { host: string; port: number; signal: AbortSignal },
): Promise<AppAnswer> {
  const from = performance.now();
  const response = await send(call, { host, port, signal });
  const firstByteMs = performance.now() - from;
  const body = await readSome(response);
  return {
    status: response.statusCode ?? 0,
    statusText: response.statusMessage ?? "",
    headers: shownHeaders(response),
    firstByteMs,
    ms: performance.now() - from,
    ...body,
  };
}

function send(call: AppCall, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method, path, headers, body } = call;
    const request = httpRequest({ ...options, method, path, agent: false });
    for (const [name, value] of headers) request.appendHeader(name, value);
    if (!request.hasHeader("user-agent")) request.setHeader("user-agent", "API explorer");
    if (body !== undefined) request.setHeader("content-length", Buffer.byteLength(body));
    request.once("response", resolve);
    request.once("error", (cause) =>
      reject(new CallError(`the app does not answer: ${cause.message}`, { cause, status: 502 })),
    );
    request.end(body);
  });
}

function shownHeaders({ rawHeaders }: IncomingMessage): [string, string][] {
  const shown: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? "";
    shown.push([name.toLowerCase(), redactHeader(name, rawHeaders[i + 1] ?? "")]);
  }
  return shown;
}

/** Reads no further than what is kept. */
async function readSome(response: IncomingMessage): Promise<Pick<AppAnswer, "body" | "bytes" | "truncated">> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length;
      chunks.push(chunk as Buffer);
      if (bytes > MOST_BODY_BYTES) break;
    }
  } catch (cause) {
    throw new CallError(`the app broke its answer off: ${(cause as Error).message}`, { cause, status: 502 });
  }
  const body = Buffer.concat(chunks).subarray(0, MOST_BODY_BYTES);
  return { body: body.toString("base64"), bytes, truncated: bytes > MOST_BODY_BYTES };
}
