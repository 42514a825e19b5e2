import type { SchemaCompiler } from "../codec/compile-schema";
import type { Endpoint, Field } from "../model/types";
import type { Payload } from "../runtime/request";
import { type BodyReader, compileBody } from "./body-params";
import { type DefaultPlace, type FieldsByPlace, pathParameterNames, placeFields } from "./fields";
import { compilePathParams, type PathReader } from "./path-params";
import { compileQueryParams, type QueryReader } from "./query-params";
import { compileCookieParams, compileHeaderParams, type HeaderSource, type ParamsReader } from "./text-params";

export interface Compilers {
  json: SchemaCompiler;
  query: SchemaCompiler;
}

export interface RequestParts {
  /** Undecoded. */
  pathParams: readonly string[];
  /** Without the question mark. */
  query: string;
  headers: HeaderSource;
}

export interface DecodedRequest {
  pathParams: Payload | undefined;
  payload: Payload;
}

/** Takes a request apart in Encore's order: path, query, headers, cookies, body. */
export class RequestDecoder {
  readonly places: FieldsByPlace;
  readonly #path: PathReader | undefined;
  readonly #query: QueryReader | undefined;
  readonly #headers: ParamsReader | undefined;
  readonly #cookies: ParamsReader | undefined;
  readonly #body: BodyReader | undefined;

  constructor(endpoint: Endpoint, fields: Field[], options: { rest: DefaultPlace; compilers: Compilers }) {
    const { json, query } = options.compilers;
    const inPath = new Set(pathParameterNames(endpoint));
    this.places = placeFields(
      fields.filter((field) => !inPath.has(field.name)),
      options.rest,
    );
    this.#path = compilePathParams(endpoint, fields);
    this.#query = this.places.query.length > 0 ? compileQueryParams(this.places.query, query) : undefined;
    this.#headers = this.places.header.length > 0 ? compileHeaderParams(this.places.header, json) : undefined;
    this.#cookies = this.places.cookie.length > 0 ? compileCookieParams(this.places.cookie, json) : undefined;
    this.#body = this.places.body.length > 0 ? compileBody(this.places.body, json) : undefined;
  }

  get readsBody(): boolean {
    return this.#body !== undefined;
  }

  /** Everything but the body. @throws ApiFailure */
  decodeParts(parts: RequestParts): DecodedRequest {
    const pathParams = this.#path?.(parts.pathParams);
    const payload: Payload = { ...pathParams };
    this.#query?.(parts.query, payload);
    this.#headers?.(parts.headers, payload);
    this.#cookies?.(parts.headers, payload);
    return { pathParams, payload };
  }

  /** Adds the body's fields. @throws ApiFailure */
  decodeBody(body: string, payload: Payload): void {
    if (this.#body) Object.assign(payload, this.#body(body));
  }
}
