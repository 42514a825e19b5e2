import { type IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Authenticator } from "../primitives/gateway/runtime";
import { ApiFailure, toApiFailure } from "../runtime/api-error";
import { type CompiledEndpoint, type EndpointTable, HTTP_METHODS } from "../runtime/endpoint-table";
import type { Identity } from "../runtime/identity";
import type { Cors } from "./cors";
import { EndpointRunner, type EndpointRunnerOptions, type RoutedCall } from "./endpoint-runner";
import { Exchange } from "./exchange";
import { followExchange } from "./follow-exchange";
import type { Health } from "./health";
import { parseTarget } from "./request-target";
import { headersFromProtocol } from "./websocket-handshake";

const CLOSING_MS = 5_000;

export interface DispatcherOptions extends EndpointRunnerOptions {
  table: EndpointTable;
  authenticator: Authenticator | undefined;
  cors: Cors;
  health: Health;
}

/** The first half of a request's way: target, method, route, identity. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #runner: EndpointRunner;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#runner = new EndpointRunner(options);
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
      return this.#runner.run(exchange, call)?.catch(fail);
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

/** An ordinary answer on a connection that asked for an upgrade, for when it does not get one. */
function answerOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Parameters<ServerResponse["assignSocket"]>[0]);
  // The client may keep its side of the connection open, but not for ever.
  response.once("finish", () => {
    socket.end();
    request.socket.setTimeout(CLOSING_MS, () => socket.destroy());
  });
  socket.once("error", () => socket.destroy());
  return response;
}
