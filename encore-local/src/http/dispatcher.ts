import { type IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { bodyText } from "../codec/body-text";
import type { DecodedRequest } from "../endpoint/request-decoder";
import { BodyReader } from "../primitives/api/body-reader";
import { callHandler, loggedFailure, requireIdentity, runHandler } from "../primitives/api/call-handler";
import { ResponseWriter } from "../primitives/api/response-writer";
import type { Authenticator } from "../primitives/gateway/runtime";
import { serveStatic } from "../primitives/static/runtime";
import { webSocketChannel } from "../primitives/stream/channels";
import type { StreamEndpoints } from "../primitives/stream/stream-endpoint";
import { ApiFailure, toApiFailure } from "../runtime/api-error";
import { type CompiledEndpoint, type EndpointTable, HTTP_METHODS, isStream } from "../runtime/endpoint-table";
import type { RuntimeLogger } from "../runtime/host";
import type { Identity } from "../runtime/identity";
import { Request } from "../runtime/request";
import { takesPayload } from "../runtime/service-calls";
import type { Cors } from "./cors";
import { Exchange } from "./exchange";
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

  async request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = parseTarget(request.url ?? "/");
    if (!target) return malformed(response);
    const exchange = new Exchange({ request, response, target }, this.#options.cors);
    if (target.path.startsWith("/__encore/")) this.#options.health.answer(target.path, response);
    else if (request.method === "OPTIONS") this.#preflight(exchange);
    else await this.#dispatch(exchange, undefined);
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
    await this.#dispatch(exchange, { socket, head });
  }

  #preflight(exchange: Exchange): void {
    const { response, request } = exchange;
    for (const [name, value] of this.#options.cors.preflight(request.headers)) response.setHeader(name, value);
    response.setHeader("content-length", 0);
    response.end();
  }

  async #dispatch(exchange: Exchange, upgrade: { socket: Duplex; head: Buffer } | undefined): Promise<void> {
    let routed: { endpoint: CompiledEndpoint; params: string[] };
    let identity: Identity | undefined;
    try {
      routed = this.#route(exchange);
      identity = await this.#identify(exchange, routed.endpoint);
    } catch (thrown) {
      exchange.refuse(toApiFailure(thrown));
      return;
    }
    try {
      await this.#run(exchange, { ...routed, identity, upgrade });
    } catch (thrown) {
      exchange.fail(toApiFailure(thrown));
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

  async #identify(exchange: Exchange, endpoint: CompiledEndpoint): Promise<Identity | undefined> {
    const { authenticator } = this.#options;
    const { position } = exchange;
    if (!authenticator) return undefined;
    const parts = { query: exchange.target.query, headers: exchange.headers };
    const identity = await authenticator.authenticate(parts, position);
    if (!(identity instanceof ApiFailure)) return identity;
    if (endpoint.model.auth) throw identity;
    return undefined;
  }

  async #run(
    exchange: Exchange,
    call: {
      endpoint: CompiledEndpoint;
      params: string[];
      identity: Identity | undefined;
      upgrade: { socket: Duplex; head: Buffer } | undefined;
    },
  ): Promise<void> {
    const { endpoint, params, identity, upgrade } = call;
    const decoder = endpoint.decoderFor(exchange.method);
    if (!decoder) throw ApiFailure.notFound("no matching route for method", `no schema for ${exchange.method}`);
    const { query } = exchange.target;
    const decoded = decoder.decodeParts({ pathParams: params, query, headers: exchange.headers });
    const { kind, bodyLimit } = endpoint.model;
    if (kind === "typed" && decoder.readsBody) {
      decoder.decodeBody(bodyText(await readBody(exchange.request, bodyLimit)), decoded.payload);
    }
    if (isStream(endpoint.model)) requireWebSocket(exchange.request);
    requireIdentity(endpoint, identity?.userId);
    const request = incomingRequest(exchange, { endpoint, decoded, identity });
    if (kind === "raw") await this.#runRaw(exchange, endpoint, request);
    else if (kind === "static") await this.#serveFile(exchange, endpoint, decoded);
    else if (kind !== "typed") this.#openStream(exchange, { endpoint, request, upgrade });
    else {
      const { status, headers, body } = await callHandler(endpoint, request, this.#options.logger);
      exchange.reply(status, headers, body);
    }
  }

  async #runRaw(
    { request: source, response, beforeHead }: Exchange,
    endpoint: CompiledEndpoint,
    request: Request,
  ): Promise<void> {
    const writer = new ResponseWriter(response, beforeHead);
    const body = new BodyReader(source, endpoint.model.bodyLimit);
    response.once("close", () => body.release(!response.writableFinished));
    try {
      await runHandler(endpoint, request, writer, body);
    } catch (thrown) {
      const failure = loggedFailure(thrown, request, this.#options.logger);
      // Once the answer has begun, all that is left is to cut it off, so that the client sees it is not whole.
      if (writer.started) response.destroy();
      else throw failure;
    }
  }

  async #serveFile(exchange: Exchange, endpoint: CompiledEndpoint, decoded: DecodedRequest): Promise<void> {
    const config = endpoint.model.static;
    if (!config) throw ApiFailure.internal(`${endpoint.model.name} has no folder to serve`);
    const [wanted] = Object.values(decoded.pathParams ?? {});
    await serveStatic(config, typeof wanted === "string" ? wanted : undefined, exchange);
  }

  #openStream(
    { request: source, response }: Exchange,
    call: { endpoint: CompiledEndpoint; request: Request; upgrade: { socket: Duplex; head: Buffer } | undefined },
  ): void {
    const { endpoint, request, upgrade } = call;
    if (!upgrade) throw ApiFailure.invalidArgument("Connection header did not include 'upgrade'");
    response.detachSocket(upgrade.socket as Parameters<ServerResponse["detachSocket"]>[0]);
    this.#sockets.handleUpgrade(source, upgrade.socket, upgrade.head, (socket) => {
      socket.on("error", () => socket.terminate());
      void this.#options.streams.run(endpoint, request, webSocketChannel(socket));
    });
  }
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
