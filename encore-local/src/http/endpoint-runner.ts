import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { bodyText } from "../codec/body-text";
import type { DecodedRequest, RequestDecoder } from "../endpoint/request-decoder";
import { BodyReader } from "../primitives/api/body-reader";
import { callHandler, requireIdentity, runHandler } from "../primitives/api/call-handler";
import { ResponseWriter } from "../primitives/api/response-writer";
import { serveStatic } from "../primitives/static/runtime";
import { type StreamEndpoints, SWITCHING_PROTOCOLS } from "../primitives/stream/stream-endpoint";
import type { ActivityRecorder } from "../runtime/activity";
import { ApiFailure, toApiFailure } from "../runtime/api-error";
import { CallRecord } from "../runtime/describe-call";
import { type CompiledEndpoint, isStream } from "../runtime/endpoint-table";
import type { RuntimeLogger } from "../runtime/host";
import type { Identity } from "../runtime/identity";
import { Request } from "../runtime/request";
import { logAnswered, logCompleted, loggedFailure, logStarted } from "../runtime/request-log";
import { takesPayload } from "../runtime/service-calls";
import type { Exchange } from "./exchange";
import { outsideCaller } from "./follow-exchange";
import { readBody } from "./read-body";
import type { WebSockets } from "./web-sockets";
import { requireWebSocket } from "./websocket-handshake";

export interface EndpointRunnerOptions {
  streams: StreamEndpoints;
  sockets: WebSockets;
  logger: RuntimeLogger;
  recorder: ActivityRecorder | undefined;
}

/** A request whose endpoint and caller are known. */
export interface RoutedCall {
  endpoint: CompiledEndpoint;
  params: string[];
  identity: Identity | undefined;
  upgrade: { socket: Duplex; head: Buffer } | undefined;
}

/** The second half of a request's way: decoding, handler, answer. */
export class EndpointRunner {
  readonly #options: EndpointRunnerOptions;

  constructor(options: EndpointRunnerOptions) {
    this.#options = options;
  }

  /** Not async itself, as every promise on this way costs each request. @throws ApiFailure, at once or later */
  run(exchange: Exchange, call: RoutedCall): Promise<void> | undefined {
    const { endpoint, params, identity } = call;
    const decoder = endpoint.decoderFor(exchange.method);
    if (!decoder) throw ApiFailure.notFound("no matching route for method", `no schema for ${exchange.method}`);
    const { query } = exchange.target;
    const decoded = decoder.decodeParts({ pathParams: params, query, headers: exchange.headers });
    if (endpoint.model.kind === "typed") return this.#runTyped(exchange, call, decoder, decoded);
    if (isStream(endpoint.model)) requireWebSocket(exchange.request);
    requireIdentity(endpoint, identity?.userId);
    const request = incomingRequest(exchange, { endpoint, decoded, identity });
    if (endpoint.model.kind === "static") return this.#serveFile(exchange, { endpoint, decoded, request });
    if (endpoint.model.kind === "raw") return this.#runRaw(exchange, endpoint, request);
    this.#openStream(exchange, { endpoint, request, upgrade: call.upgrade });
    return undefined;
  }

  async #runTyped(
    exchange: Exchange,
    { endpoint, identity }: RoutedCall,
    decoder: RequestDecoder,
    decoded: DecodedRequest,
  ): Promise<void> {
    if (decoder.readsBody) {
      decoder.decodeBody(bodyText(await readBody(exchange.request, endpoint.model.bodyLimit)), decoded.payload);
    }
    requireIdentity(endpoint, identity?.userId);
    const request = incomingRequest(exchange, { endpoint, decoded, identity });
    const { status, headers, body } = await callHandler(endpoint, request, this.#options.logger);
    exchange.reply(status, headers, body);
  }

  #runRaw(exchange: Exchange, endpoint: CompiledEndpoint, request: Request): Promise<void> | undefined {
    const { request: source, response, commonHeaders } = exchange;
    const body = new BodyReader(source, endpoint.model.bodyLimit);
    const { logger } = this.#options;
    logStarted(logger, request);
    const writer = new ResponseWriter(response, {
      commonHeaders,
      onHead: (status) => logAnswered(logger, request, status),
      onClose: () => body.release(!response.writableFinished),
    });
    const fail = (thrown: unknown) => {
      const failure = loggedFailure(thrown, request, logger);
      // Once the answer has begun, all that is left is to cut it off, so that the client sees it is not whole.
      if (!writer.started) {
        logCompleted(logger, request, failure.code);
        throw failure;
      }
      exchange.failure = failure;
      response.destroy();
    };
    try {
      const result = runHandler(endpoint, request, writer, body);
      if (result instanceof Promise) return result.then(() => undefined, fail);
    } catch (thrown) {
      fail(thrown);
    }
    return undefined;
  }

  async #serveFile(
    exchange: Exchange,
    { endpoint, decoded, request }: { endpoint: CompiledEndpoint; decoded: DecodedRequest; request: Request },
  ): Promise<void> {
    const { logger } = this.#options;
    logStarted(logger, request);
    try {
      const config = endpoint.model.static;
      if (!config) throw ApiFailure.internal(`${endpoint.model.name} has no folder to serve`);
      const [wanted] = Object.values(decoded.pathParams ?? {});
      const status = await serveStatic(config, typeof wanted === "string" ? wanted : undefined, exchange);
      logAnswered(logger, request, status);
    } catch (thrown) {
      const failure = toApiFailure(thrown);
      logAnswered(logger, request, failure.status);
      throw failure;
    }
  }

  #openStream(
    exchange: Exchange,
    call: { endpoint: CompiledEndpoint; request: Request; upgrade: { socket: Duplex; head: Buffer } | undefined },
  ): void {
    const { request: source, response } = exchange;
    const { recorder, streams } = this.#options;
    const { endpoint, request, upgrade } = call;
    if (!upgrade) throw ApiFailure.invalidArgument("Connection header did not include 'upgrade'");
    response.detachSocket(upgrade.socket as Parameters<ServerResponse["detachSocket"]>[0]);
    this.#options.sockets.open(source, upgrade, (channel) => {
      const caller = outsideCaller(exchange);
      const { method, target, traceId } = exchange;
      const call = { endpoint: endpoint.model, method, path: target.path, caller, traceId };
      const record = recorder && new CallRecord(recorder, call);
      record?.opened(SWITCHING_PROTOCOLS);
      const run = streams.run(endpoint, request, channel);
      void run.then((failure) => record?.ended(SWITCHING_PROTOCOLS, failure));
    });
  }
}

function incomingRequest(
  exchange: Exchange,
  call: { endpoint: CompiledEndpoint; decoded: DecodedRequest; identity: Identity | undefined },
): Request {
  const { endpoint, decoded, identity } = call;
  const stream = isStream(endpoint.model);
  return new Request(
    {
      kind: "call",
      endpoint: endpoint.description,
      method: stream ? "" : exchange.method,
      path: exchange.target.path,
      pathAndQuery: exchange.pathAndQuery,
      pathParams: decoded.pathParams,
      headers: stream ? () => ({}) : exchange.allHeaders,
      payload: takesPayload(endpoint.model) ? decoded.payload : undefined,
      authUserId: identity?.userId,
      authData: identity?.data,
    },
    exchange.position,
  );
}
