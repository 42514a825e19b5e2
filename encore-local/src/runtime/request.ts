import { newSpanId, newTraceId } from "./trace-id";

/** What an app sees of the endpoint it is called on (`currentRequest().api`). */
export interface EndpointDescription {
  service: string;
  endpoint: string;
  raw: boolean;
  requiresAuth: boolean;
  tags: string[];
}

export type Payload = Record<string, unknown>;

/** A call of an endpoint: typed, raw, or the handshake of a stream. */
interface CallData {
  kind: "call";
  endpoint: EndpointDescription;
  /** Empty for streams, as in Encore. */
  method: string;
  path: string;
  pathAndQuery: string;
  pathParams?: Payload;
  /** Names in lower case. Empty for streams, as in Encore. */
  headers: () => Record<string, string | string[]>;
  /** Absent when the endpoint takes no parameters; the handler is then called without any. */
  payload?: Payload;
  authUserId?: string;
  authData?: Payload;
}

/** The run of an auth handler. */
interface AuthData {
  kind: "auth";
  service: string;
  endpoint: string;
  payload: Payload;
}

/** The delivery of one Pub/Sub message to one subscription. */
export interface MessageData {
  kind: "message";
  service: string;
  topic: string;
  subscription: string;
  id: string;
  publishedAt: Date;
  /** Starts at 1. */
  deliveryAttempt: number;
  payload: unknown;
}

export type RequestData = CallData | AuthData | MessageData;

/** Where a request stands in its trace. A call inside a request belongs to the same trace. */
export interface TracePosition {
  traceId: string;
  parentSpanId?: string;
  /** What the caller sent as `X-Correlation-ID` or `X-Request-ID`. */
  correlationId?: string;
}

/** Encore writes these times without fractions of a second. */
const wholeSeconds = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;

/**
 * The request that handlers, the log and the SDK's `currentRequest` work from. The SDK only calls `payload`, `meta` and
 * `getAuthData`; `data` is for the runtime itself.
 */
export class Request {
  readonly data: RequestData;
  readonly startedAt: number;
  readonly #begun = performance.now();
  readonly #position: TracePosition | undefined;
  #traceId: string | undefined;
  #spanId: string | undefined;
  #meta: object | undefined;

  constructor(data: RequestData, position?: TracePosition) {
    this.data = data;
    this.startedAt = Date.now();
    this.#position = position;
  }

  get traceId(): string {
    this.#traceId ??= this.#position?.traceId ?? newTraceId();
    return this.#traceId;
  }

  get spanId(): string {
    this.#spanId ??= newSpanId();
    return this.#spanId;
  }

  /** How long ago it began, in milliseconds. */
  get elapsedMs(): number {
    return Math.round((performance.now() - this.#begun) * 1e6) / 1e6;
  }

  get correlationId(): string | undefined {
    return this.#position?.correlationId;
  }

  /** What the handler gets as its first argument; null when it takes none. */
  payload(): unknown {
    return this.data.payload ?? null;
  }

  getAuthData(): unknown {
    return this.data.kind === "call" ? (this.data.authData ?? null) : null;
  }

  /** The identity that calls made by this request inherit. */
  caller(): { position: TracePosition; authUserId?: string; authData?: Payload } {
    const position = { traceId: this.traceId, parentSpanId: this.spanId, correlationId: this.#position?.correlationId };
    if (this.data.kind !== "call" || this.data.authUserId === undefined) return { position };
    return { position, authUserId: this.data.authUserId, authData: this.data.authData };
  }

  /** The same object at each call, as nothing in it changes. */
  meta(): object {
    this.#meta ??= this.#describe();
    return this.#meta;
  }

  #describe(): object {
    const base = {
      startedAt: wholeSeconds(new Date(this.startedAt)),
      trace: {
        traceId: this.traceId,
        spanId: this.spanId,
        parentSpanId: this.#position?.parentSpanId,
        extCorrelationId: this.#position?.correlationId,
      },
    };
    const data = this.data;
    if (data.kind === "message") return { ...base, pubsubMessage: messageMeta(data) };
    if (data.kind === "call") return { ...base, apiCall: callMeta(data) };
    return base;
  }
}

function messageMeta(data: MessageData): object {
  const { service, topic, subscription, id, publishedAt, deliveryAttempt, payload } = data;
  return {
    service,
    topic,
    subscription,
    id,
    publishedAt: wholeSeconds(publishedAt),
    deliveryAttempt,
    parsedPayload: payload ?? undefined,
  };
}

function callMeta(data: CallData): object {
  const { endpoint, method, path, pathAndQuery, pathParams, payload, headers } = data;
  return {
    api: endpoint,
    method,
    path,
    pathAndQuery,
    pathParams: pathParams && jsonForm(pathParams),
    parsedPayload: payload && jsonForm(payload),
    headers: headers(),
  };
}

/** Encore shows parameters here in their JSON form: dates, big integers and decimals are strings. */
function jsonForm(payload: Payload): unknown {
  return JSON.parse(JSON.stringify(payload, (_key, value) => (typeof value === "bigint" ? value.toString() : value)));
}
