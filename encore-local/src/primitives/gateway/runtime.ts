import { SchemaCompiler } from "../../codec/compile-schema";
import { asPayload, UnsupportedValue } from "../../codec/js-value";
import { type FieldsByPlace, placeFields, topFields, wireName } from "../../endpoint/fields";
import { compileQueryParams, type QueryReader } from "../../endpoint/query-params";
import {
  compileCookieParams,
  compileHeaderParams,
  type HeaderSource,
  type ParamsReader,
} from "../../endpoint/text-params";
import { parseCookies } from "../../http/cookies";
import { parseQuery } from "../../http/query-string";
import type { AppModel } from "../../model/types";
import { ApiFailure, toApiFailure } from "../../runtime/api-error";
import { LogLevel, type RuntimeLogger } from "../../runtime/host";
import type { AuthDataCodec, Identity } from "../../runtime/identity";
import { inOwnScope } from "../../runtime/own-scope";
import { type Payload, Request, type TracePosition } from "../../runtime/request";
import type { AuthHandler } from "./parse";

/** The class that the SDK's `Gateway` holds; it only marks that the gateway is known. */
export class Gateway {}

export interface AuthParts {
  query: string;
  headers: HeaderSource;
}

export type AuthCallback = (request: Request) => unknown;

/** Runs the app's auth handler for requests that carry any of its parameters. */
export class Authenticator {
  readonly #model: AuthHandler;
  readonly #places: FieldsByPlace;
  readonly #query: QueryReader;
  readonly #headers: ParamsReader;
  readonly #cookies: ParamsReader;
  readonly #codec: AuthDataCodec;
  readonly #logger: RuntimeLogger;
  callback: AuthCallback | undefined;

  constructor(
    handler: AuthHandler,
    options: { model: AppModel; decimal: (value: string) => unknown; codec: AuthDataCodec; logger: RuntimeLogger },
  ) {
    const { declarations } = options.model;
    const shared = { declarations, decimal: options.decimal };
    const json = new SchemaCompiler({ ...shared, fromQuery: false });
    this.#model = handler;
    this.#places = placeFields(topFields(handler.params, declarations), "query");
    this.#query = compileQueryParams(this.#places.query, new SchemaCompiler({ ...shared, fromQuery: true }));
    this.#headers = compileHeaderParams(this.#places.header, json);
    this.#cookies = compileCookieParams(this.#places.cookie, json);
    this.#codec = options.codec;
    this.#logger = options.logger;
  }

  headerNames(): string[] {
    return this.#places.header.map(wireName);
  }

  /**
   * The caller's identity, or the failure to answer with where an endpoint asks for one.
   * @throws ApiFailure when the auth handler refuses the request altogether.
   */
  async authenticate(parts: AuthParts, position: TracePosition): Promise<Identity | ApiFailure> {
    if (!this.#hasParams(parts)) {
      return new ApiFailure(
        "unauthenticated",
        "the request does not have valid authentication credentials for the operation",
      );
    }
    const request = new Request(
      { kind: "auth", service: this.#model.service, endpoint: this.#model.name, payload: this.#read(parts) },
      position,
    );
    const logger = this.#logger;
    logger.log(request, LogLevel.Info, "running auth handler");
    try {
      return this.#codec.carry(await this.#run(request));
    } catch (thrown) {
      const failure = toApiFailure(thrown);
      if (failure.code === "unauthenticated") {
        logger.log(request, LogLevel.Debug, "auth handler returned unauthenticated");
        return failure;
      }
      logger.log(request, LogLevel.Error, "auth handler failed", thrown instanceof Error ? thrown : failure);
      throw failure;
    } finally {
      logger.log(request, LogLevel.Info, "auth handler completed", undefined, undefined, {
        duration: request.elapsedMs,
      });
    }
  }

  async #run(request: Request): Promise<Identity> {
    const { callback } = this;
    if (!callback) {
      const { service, name } = this.#model;
      throw ApiFailure.internal(`auth handler implementation not registered for ${service}.${name}`);
    }
    const data = payloadOf(await inOwnScope(() => callback(request)));
    if (data === null) throw unauthenticated("auth handler returned null");
    const { userID } = data;
    if (typeof userID !== "string") throw unauthenticated("auth handler did not return a userID field");
    return { userId: userID, data };
  }

  #read({ query, headers }: AuthParts): Payload {
    const payload: Payload = {};
    if (this.#places.query.length > 0) this.#query(query, payload);
    this.#headers(headers, payload);
    if (this.#places.cookie.length > 0) this.#cookies(headers, payload);
    return payload;
  }

  /** An empty parameter counts as none. */
  #hasParams({ query, headers }: AuthParts): boolean {
    if (this.#places.header.some((field) => (headers(wireName(field).toLowerCase())[0] ?? "") !== "")) return true;
    if (this.#places.query.length > 0) {
      const names = new Set(this.#places.query.map((field) => field.name));
      if (parseQuery(query).some(([name, value]) => value !== "" && names.has(name))) return true;
    }
    if (this.#places.cookie.length === 0) return false;
    const cookies = parseCookies(headers("cookie").join(";"));
    return this.#places.cookie.some((field) => (cookies.get(wireName(field)) ?? "") !== "");
  }
}

function payloadOf(value: unknown): Payload | null {
  try {
    return asPayload(value);
  } catch (error) {
    if (error instanceof UnsupportedValue) throw ApiFailure.internal(`InvalidArg, ${error.message}`, error);
    throw error;
  }
}

const unauthenticated = (internalMessage: string): ApiFailure =>
  new ApiFailure("unauthenticated", "unauthenticated", { internalMessage });
