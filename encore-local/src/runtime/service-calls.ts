import { encodeJson } from "../codec/js-value";
import { type EncodedCall, encodeCall } from "../endpoint/call-encoder";
import type { RequestDecoder } from "../endpoint/request-decoder";
import type { Endpoint } from "../model/types";
import { callHandler, requireIdentity } from "../primitives/api/call-handler";
import { channelPair } from "../primitives/stream/channels";
import type { WebSocketClient } from "../primitives/stream/ends";
import type { StreamEndpoints } from "../primitives/stream/stream-endpoint";
import { ApiFailure } from "./api-error";
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

  constructor(options: {
    table: EndpointTable;
    streams: StreamEndpoints;
    authData: AuthDataCodec;
    logger: RuntimeLogger;
  }) {
    this.#table = options.table;
    this.#streams = options.streams;
    this.#authData = options.authData;
    this.#logger = options.logger;
  }

  /** @throws for a payload that cannot leave the process; the endpoint's own errors are returned. */
  async call(call: OutgoingCall): Promise<Payload | null | ApiCallError> {
    try {
      const { endpoint, request } = this.#prepare(call);
      return endpoint.decodeResponse(await callHandler(endpoint, request, this.#logger));
    } catch (thrown) {
      if (thrown instanceof ApiFailure) return new ApiCallError(thrown);
      throw thrown;
    }
  }

  /** Opens another service's stream. @throws Error with what the endpoint objects to. */
  async openStream(call: OutgoingCall): Promise<WebSocketClient> {
    const { endpoint, request } = this.#prepare(call);
    const [clientSide, serverSide] = channelPair();
    const client = this.#streams.clientEnd(endpoint.model, clientSide);
    void this.#streams.run(endpoint, request, serverSide);
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
