import { SchemaCompiler } from "../../codec/compile-schema";
import { compileBody } from "../../endpoint/body-params";
import { topFields } from "../../endpoint/fields";
import type { HandlerResult } from "../../endpoint/response-encoder";
import type { AppModel, Endpoint, Schema } from "../../model/types";
import type { ApiFailure } from "../../runtime/api-error";
import type { CompiledEndpoint } from "../../runtime/endpoint-table";
import { LogLevel, type RuntimeLogger } from "../../runtime/host";
import type { Request } from "../../runtime/request";
import { logAnswered, loggedFailure, logStarted } from "../../runtime/request-log";
import { runHandler } from "../api/call-handler";
import { Sink, Socket, Stream, WebSocketClient } from "./ends";
import { type Channel, type MessageCodec, MessagePort } from "./message-port";

/** To Encore's runtime, a stream's request is done once the connection is a WebSocket. */
export const SWITCHING_PROTOCOLS = 101;
const SERVER_CLOSED = "socket receive channel closed";
const CLIENT_CLOSED = "websocket client receive channel closed";

/** Runs stream endpoints over channels, and opens the other end for callers within the app. */
export class StreamEndpoints {
  readonly #model: AppModel;
  readonly #compiler: SchemaCompiler;
  readonly #logger: RuntimeLogger;
  /** An app may keep a stream beyond its handler's end; when nothing refers to it any more, it is closed. */
  readonly #abandoned = new FinalizationRegistry<Channel>((channel) => channel.close());

  constructor(model: AppModel, options: { decimal: (value: string) => unknown; logger: RuntimeLogger }) {
    this.#model = model;
    this.#compiler = new SchemaCompiler({
      declarations: model.declarations,
      decimal: options.decimal,
      fromQuery: false,
    });
    this.#logger = options.logger;
  }

  /** Gives the channel to the endpoint's handler and sees to the answer of `streamIn`. Gives the failure, if there is one. */
  async run(endpoint: CompiledEndpoint, request: Request, channel: Channel): Promise<ApiFailure | undefined> {
    const { kind } = endpoint.model;
    logStarted(this.#logger, request);
    logAnswered(this.#logger, request, SWITCHING_PROTOCOLS);
    let failure: ApiFailure | undefined;
    try {
      const result = await runHandler(endpoint, request, this.#serverEnd(endpoint.model, channel, request));
      if (kind !== "streamIn") return undefined;
      this.#answer(endpoint, result, channel);
    } catch (thrown) {
      failure = loggedFailure(thrown, request, this.#logger);
    }
    channel.close();
    return failure;
  }

  clientEnd(endpoint: Endpoint, channel: Channel): WebSocketClient {
    const port = new MessagePort(channel, {
      codec: this.#codec(endpoint.incoming, endpoint.kind === "streamIn" ? endpoint.response : endpoint.outgoing),
      closedMessage: CLIENT_CLOSED,
      onUnreadable: (error) => this.#unreadable(null, error),
    });
    return new WebSocketClient(port);
  }

  #serverEnd(endpoint: Endpoint, channel: Channel, request: Request): Sink | Stream | Socket {
    const options = {
      closedMessage: SERVER_CLOSED,
      onUnreadable: (error: unknown) => this.#unreadable(request, error),
    };
    const port = new MessagePort(channel, { ...options, codec: this.#codec(endpoint.outgoing, endpoint.incoming) });
    if (endpoint.kind === "streamIn") return new Stream(port);
    // A client that talks into a stream it can only listen to is cut off.
    if (endpoint.kind === "streamOut") channel.onMessage(() => channel.close());
    const end = endpoint.kind === "streamOut" ? new Sink(port) : new Socket(port);
    this.#abandoned.register(end, channel);
    return end;
  }

  #answer(endpoint: CompiledEndpoint, result: HandlerResult, channel: Channel): void {
    const { body } = endpoint.encoder.encode({ payload: result.payload });
    if (body !== null) channel.send(body);
  }

  #codec(outgoing: Schema | undefined, incoming: Schema | undefined): MessageCodec {
    const { declarations } = this.#model;
    return {
      outgoing: topFields(outgoing, declarations).map((field) => field.name),
      incoming: incoming && compileBody(topFields(incoming, declarations), this.#compiler),
    };
  }

  #unreadable(request: Request | null, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#logger.log(request, LogLevel.Warn, `failed to parse incoming message: ${message}`);
  }
}
