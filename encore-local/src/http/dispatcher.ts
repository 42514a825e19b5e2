import { type IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { bodyText } from "../codec/body-text";
import type { DecodedRequest, RequestDecoder } from "../endpoint/request-decoder";
import { BodyReader } from "../primitives/api/body-reader";
import { callHandler, requireIdentity, runHandler } from "../primitives/api/call-handler";
import { ResponseWriter } from "../primitives/api/response-writer";
import type { Authenticator } from "../primitives/gateway/runtime";
import { serveStatic } from "../primitives/static/runtime";
import { webSocketChannel } from "../primitives/stream/channels";
import { type StreamEndpoints, SWITCHING_PROTOCOLS } from "../primitives/stream/stream-endpoint";
import type { ActivityRecorder } from "../runtime/activity";
import { ApiFailure, toApiFailure } from "../runtime/api-error";
import { CallRecord } from "../runtime/describe-call";
import { type CompiledEndpoint, type EndpointTable, HTTP_METHODS, isStream } from "../runtime/endpoint-table";
import type { RuntimeLogger } from "../runtime/host";
import type { Identity } from "../runtime/identity";
import { Request } from "../runtime/request";
import { logAnswered, logCompleted, loggedFailure, logStarted } from "../runtime/request-log";
import { takesPayload } from "../runtime/service-calls";
import type { Cors } from "./cors";
import { Exchange } from "./exchange";
import { followExchange, outsideCaller } from "./follow-exchange";
import type { Health } from "./health";
import { readBody } from "./read-body";
import { parseTarget } from "./request-target";
import { headersFromProtocol, requireWebSocket } from "./websocket-handshake";

export interface DispatcherOptions {
  table: EndpointTable;
  authenticator: Authenticator | undefined;
  streams: StreamEndpoints;
  cors: Cors;
  health: Health;
  logger: RuntimeLogger;
  recorder: ActivityRecorder | undefined;
}

interface RoutedCall {
  endpoint: CompiledEndpoint;
  params: string[];
  identity: Identity | undefined;
  upgrade: { socket: Duplex; head: Buffer } | undefined;
}

/** The way of a request: target, method, route, identity, decoding, handler, answer. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has("encore-ws") ? "encore-ws" : false),
  });

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Open WebSockets. */
  get sockets(): WebSocketServer["clients"] {
    return this.#sockets.clients;
  }

  /** Undefined when the answer is on its way already. */
  request(request: IncomingMessage, response: ServerResponse): Promise<void> | undefined {
    const target = parseTarget(request.url ?? "/");
    if (!target) {
      malformed(response);
      return undefined;
    }
    const exchange = new Exchange({ request, response, target }, this.#options.cors);
    if (target.path.startsWith("/__encore/")) {
      this.#options.health.answer(target.path, response);
      return undefined;
    }
    if (this.#options.recorder) followExchange(exchange, this.#options.recorder);
    if (request.method !== "OPTIONS") return this.#dispatch(exchange, undefined);
    this.#preflight(exchange);
    return undefined;
  }

  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const response = answerOn(request, socket);
    const target = parseTarget(request.url ?? "/");
    if (!target) return malformed(response);
    const overrides = headersFromProtocol(request.headers["sec-websocket-protocol"]);
    if (!overrides) {
      response.writeHead(400, { "cache-control": "private, no-store", "content-length": 0 }).end();
      return;
    }
    const exchange = new Exchange({ request, response, target, overrides }, this.#options.cors);
    if (this.#options.recorder) followExchange(exchange, this.#options.recorder);
    await this.#dispatch(exchange, { socket, head });
  }

  #preflight(exchange: Exchange): void {
    const { response, request } = exchange;
    for (const [name, value] of this.#options.cors.preflight(request.headers)) response.setHeader(name, value);
    response.setHeader("content-length", 0);
    response.end();
  }

  #dispatch(exchange: Exchange, upgrade: RoutedCall["upgrade"]): Promise<void> | undefined {
    let routed: { endpoint: CompiledEndpoint; params: string[] };
    try {
      routed = this.#route(exchange);
    } catch (thrown) {
      exchange.refuse(toApiFailure(thrown));
      return undefined;
    }
    exchange.endpoint = routed.endpoint.model;
    const { authenticator } = this.#options;
    const call = { ...routed, identity: undefined, upgrade };
    return authenticator ? this.#identifyAndAnswer(authenticator, exchange, call) : this.#answer(exchange, call);
  }

  async #identifyAndAnswer(authenticator: Authenticator, exchange: Exchange, call: RoutedCall): Promise<void> {
    let identity: Identity | undefined;
    try {
      identity = await identify(authenticator, exchange, call.endpoint);
    } catch (thrown) {
      exchange.refuse(toApiFailure(thrown));
      return;
    }
    await this.#answer(exchange, { ...call, identity });
  }

  #answer(exchange: Exchange, call: RoutedCall): Promise<void> | undefined {
    const fail = (thrown: unknown) => exchange.fail(toApiFailure(thrown));
    try {
      return this.#run(exchange, call)?.catch(fail);
    } catch (thrown) {
      fail(thrown);
      return undefined;
    }
  }

  #route({ method, target }: Exchange): { endpoint: CompiledEndpoint; params: string[] } {
    if (!HTTP_METHODS.includes(method)) {
      throw ApiFailure.invalidArgument("invalid method", `invalid method: ${method}`);
    }
    const found = this.#options.table.router.find(method, target.path);
    if (found === "no-such-path") {
      throw ApiFailure.notFound("endpoint not found", `no such endpoint exists: ${target.path}`);
    }
    if (found === "no-such-method") {
      throw ApiFailure.notFound("no route for method", `no route for method ${method}: ${target.path}`);
    }
    return { endpoint: found.target, params: found.params };
  }

  /** Not async itself, as every promise on this way costs each request. @throws ApiFailure, at once or later */
  #run(exchange: Exchange, call: RoutedCall): Promise<void> | undefined {
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
    this.#sockets.handleUpgrade(source, upgrade.socket, upgrade.head, (socket) => {
      socket.on("error", () => socket.terminate());
      const caller = outsideCaller(exchange);
      const { method, target, traceId } = exchange;
      const call = { endpoint: endpoint.model, method, path: target.path, caller, traceId };
      const record = recorder && new CallRecord(recorder, call);
      record?.opened(SWITCHING_PROTOCOLS);
      const run = streams.run(endpoint, request, webSocketChannel(socket));
      void run.then((failure) => record?.ended(SWITCHING_PROTOCOLS, failure));
    });
  }
}

async function identify(
  authenticator: Authenticator,
  { target, headers, position }: Exchange,
  endpoint: CompiledEndpoint,
): Promise<Identity | undefined> {
  const identity = await authenticator.authenticate({ query: target.query, headers }, position);
  if (!(identity instanceof ApiFailure)) return identity;
  if (endpoint.model.auth) throw identity;
  return undefined;
}

function malformed(response: ServerResponse): void {
  response.writeHead(400, { "content-type": "text/plain; charset=utf-8", connection: "close" });
  response.end("400 Bad Request");
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

/** An ordinary answer on a connection that asked for an upgrade, for when it does not get one. */
function answerOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Parameters<ServerResponse["assignSocket"]>[0]);
  response.once("finish", () => socket.end());
  socket.once("error", () => socket.destroy());
  return response;
}
