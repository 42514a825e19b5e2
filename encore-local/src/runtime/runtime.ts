import { wireName } from "../endpoint/fields";
import { ApiServer } from "../http/api-server";
import { Cors } from "../http/cors";
import { Dispatcher } from "../http/dispatcher";
import { Health } from "../http/health";
import { WebSockets } from "../http/web-sockets";
import { type CronJobs, createCronJobs } from "../primitives/cron/runtime";
import { type AuthCallback, Authenticator, Gateway } from "../primitives/gateway/runtime";
import { createLogger } from "../primitives/log/runtime";
import { compileMessageCodec } from "../primitives/pubsub/message-codec";
import type { RunningPrimitive } from "../primitives/running";
import { RUNTIME_PRIMITIVES } from "../primitives/runtime-registry";
import type { WebSocketClient } from "../primitives/stream/ends";
import { StreamEndpoints } from "../primitives/stream/stream-endpoint";
import { ActivityRecorder, type Caller } from "./activity";
import { leaveToListen, tellCommandLine } from "./command-line";
import type { RuntimeConfig } from "./config";
import { EndpointTable, type Handler, methodsOf } from "./endpoint-table";
import { LogLevel, type RuntimeHost, type RuntimeLogger } from "./host";
import { AuthDataCodec } from "./identity";
import { readConfig } from "./read-config";
import { type Payload, Request } from "./request";
import { ApiCallError, type CallOptions, ServiceCalls } from "./service-calls";
import { untilShutDown } from "./shutdown";

/** Must be that of the encore.dev package, which warns otherwise. */
const SDK_VERSION = "v1.58.6";

interface RuntimeOptions {
  testMode?: boolean;
  typeConstructors: { decimal: (value: string) => unknown };
}

interface ApiRoute {
  service: string;
  name: string;
  handler: Handler;
}

/**
 * The object behind everything in the encore.dev package: one per process, made when the package is first imported. What
 * the SDK calls for a primitive comes from that primitive (see primitives/runtime-registry.ts).
 */
export class Runtime {
  readonly #config: RuntimeConfig;
  readonly #logger: RuntimeLogger;
  readonly #table: EndpointTable;
  readonly #primitives: RunningPrimitive[];
  readonly #calls: ServiceCalls;
  readonly #authenticator: Authenticator | undefined;
  readonly #streams: StreamEndpoints;
  readonly #cronJobs: CronJobs;
  readonly #recorder: ActivityRecorder | undefined;

  constructor({ testMode = false, typeConstructors: { decimal } }: RuntimeOptions) {
    const { config, secrets } = readConfig(process.env);
    const { model } = config;
    const logger = createLogger(config.log);
    const recorder = config.recordActivity
      ? new ActivityRecorder((report) => tellCommandLine({ kind: "activity", report }))
      : undefined;
    const host: RuntimeHost = {
      config,
      secrets,
      testMode,
      logger,
      ...(recorder === undefined ? {} : { recorder }),
      decimal,
      newMessageRequest: (message) => new Request({ kind: "message", ...message }),
      messageCodec: (topic) => compileMessageCodec(topic, { model, decimal }),
    };
    const authData = new AuthDataCodec(model, decimal);
    const authHandler = model.gateways.find((gateway) => gateway.authHandler)?.authHandler;
    this.#config = config;
    this.#logger = logger;
    this.#recorder = recorder;
    this.#table = new EndpointTable(model, decimal);
    this.#primitives = RUNTIME_PRIMITIVES.map((start) => start(host));
    for (const { methods } of this.#primitives) Object.assign(this, methods);
    this.#streams = new StreamEndpoints(model, { decimal, logger });
    this.#calls = new ServiceCalls({ table: this.#table, streams: this.#streams, authData, logger, recorder });
    this.#cronJobs = createCronJobs(host, async (job) => {
      const { service, name: endpoint } = job.endpoint;
      const caller: Caller = { kind: "cron", name: job.name };
      const answer = await this.#calls.call({ service, endpoint, payload: null, source: null, options: null, caller });
      if (answer instanceof ApiCallError) throw new Error(`${answer.code}: ${answer.message}`);
    });
    this.#authenticator = authHandler && new Authenticator(authHandler, { model, decimal, codec: authData, logger });
  }

  static version(): string {
    return SDK_VERSION;
  }

  static buildCommit(): string {
    return "";
  }

  registerHandler({ service, name, handler }: ApiRoute): void {
    const endpoint = this.#table.get(service, name);
    if (endpoint) endpoint.handler = handler;
  }

  registerTestHandler(route: ApiRoute): void {
    this.registerHandler(route);
  }

  registerHandlers(routes: ApiRoute[]): void {
    for (const route of routes) this.registerHandler(route);
  }

  gateway(_name: string, { auth }: { auth?: AuthCallback }): Gateway {
    if (auth && this.#authenticator) this.#authenticator.callback = auth;
    return new Gateway();
  }

  logger(): RuntimeLogger {
    return this.#logger;
  }

  bucket(name: string): never {
    throw notProvided(`the bucket "${name}"`);
  }

  cacheCluster(name: string): never {
    throw notProvided(`the cache "${name}"`);
  }

  /** @throws for a payload that JSON cannot carry; an endpoint's error is returned, and the SDK throws it. */
  async apiCall(
    service: string,
    endpoint: string,
    payload?: unknown,
    source?: Request | null,
    options?: CallOptions | null,
  ): Promise<Payload | null | ApiCallError> {
    return this.#calls.call({ service, endpoint, payload, source, options });
  }

  async stream(
    service: string,
    endpoint: string,
    payload?: unknown,
    source?: Request | null,
    options?: CallOptions | null,
  ): Promise<WebSocketClient> {
    return this.#calls.openStream({ service, endpoint, payload, source, options });
  }

  /** JavaScript runs in this thread alone. */
  numWorkerThreads(): number {
    return 1;
  }

  /** Serves until a signal ends it; resolves with the process's exit code. */
  async runForever(): Promise<number> {
    const pages = Object.assign({}, ...this.#primitives.map((primitive) => primitive.pages ?? {}));
    const health = new Health(this.#config.model.app.id, pages);
    const sockets = new WebSockets();
    const dispatcher = new Dispatcher({
      sockets,
      table: this.#table,
      authenticator: this.#authenticator,
      streams: this.#streams,
      cors: this.#cors(),
      health,
      logger: this.#logger,
      recorder: this.#recorder,
    });
    const report = (error: unknown): void => this.#report("serving a request failed", error);
    const server = new ApiServer({ dispatcher, sockets, onFault: report });
    if (!(await leaveToListen())) return 1;
    await server.listen(this.#config.listen);
    this.#cronJobs.start();
    return untilShutDown(
      {
        steps: [
          async () => {
            health.shuttingDown = true;
            const drained = server.drain();
            tellCommandLine({ kind: "released" });
            await drained;
          },
          () => this.#cronJobs.drain(),
          ...this.#primitives.flatMap(({ shutDown }) => shutDown ?? []),
          async () => this.#recorder?.flush(),
        ],
        cutOff: () => server.destroy(),
        timeoutMs: this.#config.shutdownTimeoutMs,
      },
      (error) => this.#report("shutting down failed", error),
    );
  }

  #report(message: string, error: unknown): void {
    this.#logger.log(null, LogLevel.Error, message, error instanceof Error ? error : new Error(String(error)));
  }

  #cors(): Cors {
    const { allowHeaders, exposeHeaders } = this.#config.model.app.cors;
    const exposed = [...this.#table.all()].filter(({ model }) => model.expose);
    const requestHeaders = exposed.flatMap((endpoint) =>
      methodsOf(endpoint.model).flatMap((method) => endpoint.decoderFor(method)?.places.header.map(wireName) ?? []),
    );
    return new Cors({
      allowHeaders,
      exposeHeaders,
      requestHeaders: [...requestHeaders, ...(this.#authenticator?.headerNames() ?? [])],
      responseHeaders: exposed.flatMap(({ encoder }) => encoder.places.header.map(wireName)),
    });
  }
}

const notProvided = (what: string): Error =>
  new Error(`encore-local does not provide ${what}; run this app with Encore's own CLI instead.`);
