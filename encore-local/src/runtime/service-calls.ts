import { encodeJson } from "../codec/js-value";
import { type EncodedCall, encodeCall } from "../endpoint/call-encoder";
import type { RequestDecoder } from "../endpoint/request-decoder";
import type { Endpoint } from "../model/types";
import { callHandler, requireIdentity } from "../primitives/api/call-handler";
import { channelPair } from "../primitives/stream/channels";
import type { WebSocketClient } from "../primitives/stream/ends";
import { type StreamEndpoints, SWITCHING_PROTOCOLS } from "../primitives/stream/stream-endpoint";
import type { ActivityRecorder, Caller } from "./activity";
import { ApiFailure } from "./api-error";
import { CallRecord, callerOf } from "./describe-call";
import { type CompiledEndpoint, type EndpointTable, isStream, methodsOf } from "./endpoint-table";
import type { RuntimeLogger } from "./host";
import type { AuthDataCodec, Identity } from "./identity";
import { type Payload, Request } from "./request";

/** An endpoint's error as the SDK gets it; it makes an `APIError` of it. */
export class ApiCallError {
  readonly code: string;
  readonly message: string;
  readonly details: Payload | null;

  constructor(failure: ApiFailure) {
    this.code = failure.code;
    this.message = failure.message;
    this.details = failure.details && (JSON.parse(encodeJson(failure.details)) as Payload);
  }
}

export interface CallOptions {
  authData?: Payload | null;
}

export interface OutgoingCall {
  service: string;
  endpoint: string;
  payload: unknown;
  /** The request that makes the call. */
  source: Request | null | undefined;
  options: CallOptions | null | undefined;
  /** Whom the call is made for, when no request makes it. */
  caller?: Caller;
}

interface PreparedCall {
  endpoint: CompiledEndpoint;
  request: Request;
}

/** Calls between services, through the same decoding, rules and encoding as a request from outside. */
export class ServiceCalls {
  readonly #table: EndpointTable;
  readonly #streams: StreamEndpoints;
  readonly #authData: AuthDataCodec;
  readonly #logger: RuntimeLogger;
  readonly #recorder: ActivityRecorder | undefined;

  constructor(options: {
    table: EndpointTable;
    streams: StreamEndpoints;
    authData: AuthDataCodec;
    logger: RuntimeLogger;
    recorder: ActivityRecorder | undefined;
  }) {
    this.#table = options.table;
    this.#streams = options.streams;
    this.#authData = options.authData;
    this.#logger = options.logger;
    this.#recorder = options.recorder;
  }

  /** @throws for a payload that cannot leave the process; the endpoint's own errors are returned. */
  async call(call: OutgoingCall): Promise<Payload | null | ApiCallError> {
    const record = this.#record(call);
    try {
      const { endpoint, request } = this.#prepare(call);
      const answer = await callHandler(endpoint, request, this.#logger);
      record?.ended(answer.status);
      return endpoint.decodeResponse(answer);
    } catch (thrown) {
      if (!(thrown instanceof ApiFailure)) throw thrown;
      record?.ended(thrown.status, thrown);
      return new ApiCallError(thrown);
    }
  }

  /** Opens another service's stream. @throws Error with what the endpoint objects to. */
  async openStream(call: OutgoingCall): Promise<WebSocketClient> {
    const record = this.#record(call);
    const { endpoint, request } = this.#prepare(call);
    const [clientSide, serverSide] = channelPair();
    const client = this.#streams.clientEnd(endpoint.model, clientSide);
    record?.opened(SWITCHING_PROTOCOLS);
    void this.#streams
      .run(endpoint, request, serverSide)
      .then((failure) => record?.ended(SWITCHING_PROTOCOLS, failure));
    return client;
  }

  #prepare({ service, endpoint: name, payload: data, source, options }: OutgoingCall): PreparedCall {
    const endpoint = this.#table.get(service, name);
    if (!endpoint) {
      throw ApiFailure.notFound("endpoint not found", `endpoint ${service}.${name} not found in application metadata`);
    }
    if (endpoint.description.raw) {
      throw new ApiFailure("internal", "internal error", { internalMessage: "cannot make api calls to raw endpoints" });
    }
    const method = methodsOf(endpoint.model)[0] ?? "POST";
    const decoder = endpoint.decoderFor(method);
    if (!decoder) throw ApiFailure.notFound("endpoint not found", `${service}.${name} answers no method`);
    const encoded = encodeCall(endpoint.model, decoder.places, data);
    const { pathParams, payload } = decodeCall(decoder, encoded);
    const caller = source?.caller();
    const identity = this.#identity(caller, options);
    requireIdentity(endpoint, identity?.userId);
    const path = pathOf(endpoint.model, encoded.pathParams);
    const request = new Request(
      {
        kind: "call",
        endpoint: endpoint.description,
        method: isStream(endpoint.model) ? "" : method,
        path,
        pathAndQuery: encoded.query === "" ? path : `${path}?${encoded.query}`,
        pathParams,
        headers: () => ({}),
        payload: takesPayload(endpoint.model) ? payload : undefined,
        authUserId: identity?.userId,
        authData: identity?.data,
      },
      caller?.position,
    );
    return { endpoint, request };
  }

  #record({ service, endpoint: name, source, caller = callerOf(source) }: OutgoingCall): CallRecord | undefined {
    const endpoint = this.#recorder && this.#table.get(service, name);
    if (!this.#recorder || !endpoint) return undefined;
    const { model } = endpoint;
    const call = { endpoint: model, method: methodsOf(model)[0] ?? "", path: pathTemplate(model), caller };
    return new CallRecord(this.#recorder, { ...call, traceId: source?.traceId });
  }

  #identity(
    caller: ReturnType<Request["caller"]> | undefined,
    options: CallOptions | null | undefined,
  ): Identity | undefined {
    const data = options?.authData;
    if (data !== undefined && data !== null) {
      if (typeof data.userID !== "string") throw new Error("userID missing in auth data");
      return this.#authData.carry({ userId: data.userID, data });
    }
    if (caller?.authUserId === undefined) return undefined;
    return this.#authData.carry({ userId: caller.authUserId, data: caller.authData ?? {} });
  }
}

function decodeCall(decoder: RequestDecoder, encoded: EncodedCall): ReturnType<RequestDecoder["decodeParts"]> {
  const decoded = decoder.decodeParts(encoded);
  if (encoded.body !== null) decoder.decodeBody(encoded.body, decoded.payload);
  return decoded;
}

/** A stream without handshake data and path parameters calls its handler with the stream alone. */
export function takesPayload(endpoint: Endpoint): boolean {
  if (!isStream(endpoint)) return true;
  return endpoint.request !== undefined || endpoint.path.some((segment) => segment.kind !== "literal");
}

function pathOf(endpoint: Endpoint, params: readonly string[]): string {
  const rest = [...params];
  return `/${endpoint.path.map((segment) => (segment.kind === "literal" ? segment.value : (rest.shift() ?? ""))).join("/")}`;
}

function pathTemplate({ path }: Endpoint): string {
  const marks = { param: ":", wildcard: "*", fallback: "!" };
  return `/${path.map((segment) => (segment.kind === "literal" ? segment.value : marks[segment.kind] + segment.name)).join("/")}`;
}
