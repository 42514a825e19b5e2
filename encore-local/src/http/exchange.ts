import type { IncomingMessage, ServerResponse } from "node:http";
import type { HeaderSource } from "../endpoint/text-params";
import type { Endpoint } from "../model/types";
import type { ApiFailure } from "../runtime/api-error";
import type { TracePosition } from "../runtime/request";
import { newSpanId, newTraceId } from "../runtime/trace-id";
import type { Cors } from "./cors";
import { afterReading } from "./deferred";
import { type HeaderList, setHeader } from "./header-list";
import { readableHeader } from "./header-text";
import type { RequestTarget } from "./request-target";

/** One request from outside and its answer. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: RequestTarget;
  /** Set once it is known which one is called. */
  endpoint: Endpoint | undefined;
  /** Set when the request failed. */
  failure: ApiFailure | undefined;
  readonly #cors: Cors;
  readonly #overrides: Record<string, string> | undefined;
  #position: TracePosition | undefined;

  /** `overrides` are headers that came in another way: through a WebSocket's protocol list. */
  constructor(
    parts: {
      request: IncomingMessage;
      response: ServerResponse;
      target: RequestTarget;
      overrides?: Record<string, string>;
    },
    cors: Cors,
  ) {
    this.request = parts.request;
    this.response = parts.response;
    this.target = parts.target;
    this.#overrides = parts.overrides;
    this.#cors = cors;
  }

  get method(): string {
    return this.request.method ?? "GET";
  }

  /** The trace that this request begins. */
  get position(): TracePosition {
    this.#position ??= { traceId: newTraceId(), parentSpanId: newSpanId(), correlationId: this.#correlationId() };
    return this.#position;
  }

  /** Undefined when no trace has begun. */
  get traceId(): string | undefined {
    return this.#position?.traceId;
  }

  get pathAndQuery(): string {
    const { path, query } = this.target;
    return query === "" ? path : `${path}?${query}`;
  }

  readonly headers: HeaderSource = (name) => {
    const override = this.#overrides?.[name];
    const value = override ?? this.request.headers[name];
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    // Node joins what came several times.
    const joined = override === undefined && name !== "cookie" && value.includes(", ");
    return joined ? (this.request.headersDistinct[name] ?? [value]) : [value];
  };

  /** All headers as the app sees them (`currentRequest().headers`). */
  readonly allHeaders = (): Record<string, string | string[]> => {
    const headers: Record<string, string | string[]> = {};
    for (const [name, values] of Object.entries(this.request.headersDistinct)) {
      if (name.startsWith("x-encore-meta")) continue;
      const readable = (values ?? []).flatMap((value) => readableHeader(value) ?? []);
      const [only] = readable;
      if (only !== undefined) headers[name] = readable.length === 1 ? only : readable;
    }
    return { ...headers, ...this.#overrides };
  };

  /** What every answer carries. */
  readonly commonHeaders = (): HeaderList => {
    const headers: HeaderList = this.#cors.headers(this.request.headers);
    if (this.#position) headers.push("x-encore-trace-id", this.#position.traceId);
    return headers;
  };

  reply(status: number, headers: Iterable<[string, string | string[]]>, body: string | null): void {
    const { response } = this;
    if (response.headersSent || response.destroyed) return;
    // An interim status cannot end a request; Encore's server answers like this instead.
    const interim = status < 200;
    const head = this.commonHeaders();
    if (!interim) {
      for (const [name, value] of headers) {
        // The development server in front of an Encore app takes the type away from an answer that has no content.
        if (status !== 304 || name !== "content-type") setHeader(head, name, value);
      }
    }
    const content = interim || body === null ? "" : body;
    if (status !== 204 && status !== 304) head.push("content-length", String(Buffer.byteLength(content)));
    // Node's types do not know that a value may be a list here.
    response.writeHead(interim ? 500 : status, head as string[]);
    afterReading(() => response.end(content));
  }

  /** An error of the endpoint. */
  fail(failure: ApiFailure): void {
    this.failure = failure;
    this.reply(failure.status, [["content-type", "application/json"]], failure.toJson());
  }

  /** An error before an endpoint was reached. */
  refuse(failure: ApiFailure): void {
    this.failure = failure;
    const headers: [string, string][] = [
      ["cache-control", "private, no-store"],
      ["content-type", "application/json"],
    ];
    this.reply(failure.status, headers, failure.toJson());
  }

  #correlationId(): string | undefined {
    const value = this.request.headers["x-correlation-id"] ?? this.request.headers["x-request-id"];
    return Array.isArray(value) ? value[0] : value;
  }
}
