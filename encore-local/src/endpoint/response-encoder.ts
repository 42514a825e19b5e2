import { asPayload, encodeJson, UnsupportedValue } from "../codec/js-value";
import { isDecimalObject } from "../codec/validation";
import type { Declaration, Field, Schema } from "../model/types";
import { ApiFailure } from "../runtime/api-error";
import type { Payload } from "../runtime/request";
import { type FieldsByPlace, placeFields, topFields, wireName } from "./fields";
import { toHeaderValues } from "./header-value";
import { toSetCookie } from "./response-cookie";

export interface EncodedResponse {
  status: number;
  /** Names in lower case. */
  headers: Map<string, string | string[]>;
  /** JSON; null for an endpoint that answers nothing. */
  body: string | null;
}

/** What a handler gave back, with what middleware added (the SDK's `InternalHandlerResponse`). */
export interface HandlerResult {
  payload?: unknown;
  extraHeaders?: Record<string, string | string[]>;
  status?: number;
}

/** Turns what a handler gives back into an answer. Only declared fields leave at the top; below it everything does. */
export class ResponseEncoder {
  readonly places: FieldsByPlace;
  readonly #bodyKeys: Map<string, string>;
  readonly #headers: Map<string, string>;
  readonly #cookies: Map<string, string>;
  readonly #hasBody: boolean;

  constructor(schema: Schema | undefined, declarations: Record<string, Declaration>) {
    this.places = placeFields(topFields(schema, declarations), "body", true);
    this.#bodyKeys = new Map(this.places.body.map((field) => [field.name, `${JSON.stringify(field.name)}:`]));
    this.#headers = namesOnWire(this.places.header, (name) => name.toLowerCase());
    this.#cookies = namesOnWire(this.places.cookie, (name) => name);
    this.#hasBody = this.places.body.length > 0;
  }

  /** @throws ApiFailure */
  encode(result: HandlerResult): EncodedResponse {
    const headers = new Map<string, string | string[]>();
    try {
      const payload = asPayload(result.payload);
      const body = this.#encodeBody(payload, headers);
      const status = this.#status(payload) ?? result.status ?? 200;
      if (body !== null) headers.set("content-type", "application/json");
      addExtraHeaders(headers, result.extraHeaders);
      return { status, headers, body };
    } catch (error) {
      if (error instanceof UnsupportedValue) throw ApiFailure.internal(`InvalidArg, ${error.message}`, error);
      throw error;
    }
  }

  #encodeBody(payload: Payload | null, headers: Map<string, string | string[]>): string | null {
    if (payload === null) {
      if (this.#headers.size > 0) throw missing("header");
      if (this.#cookies.size > 0) throw missing("cookie");
      return this.#hasBody ? "{}" : null;
    }
    let text = "{";
    const setCookies: string[] = [];
    for (const name in payload) {
      const value = payload[name];
      if (value === undefined) continue;
      const key = this.#bodyKeys.get(name);
      const cookie = this.#cookies.get(name);
      // A field that is not declared must be representable all the same.
      const json = encodeJson(value);
      if (key !== undefined) text += `${text === "{" ? "" : ","}${key}${json}`;
      else if (cookie !== undefined) addCookie(setCookies, cookie, value);
      else this.#addHeader(headers, name, value);
    }
    if (setCookies.length > 0) headers.set("set-cookie", setCookies);
    return this.#hasBody ? `${text}}` : null;
  }

  #addHeader(headers: Map<string, string | string[]>, field: string, value: unknown): void {
    const name = this.#headers.get(field);
    if (name === undefined) return;
    const values = toHeaderValues(value);
    const [only] = values;
    if (only !== undefined) headers.set(name, values.length === 1 ? only : values);
  }

  #status(payload: Payload | null): number | undefined {
    const field = this.places.status?.name;
    const value = field === undefined ? undefined : payload?.[field];
    if (field === undefined || value === undefined) return undefined;
    if (typeof value !== "number") throw badStatus(field, `must be a number, got: ${typeName(value)}`);
    if (!Number.isInteger(value) || value < 0) throw badStatus(field, "must be a positive integer");
    if (value < 100 || value > 599) throw badStatus(field, `must be a between 100 and 599, got: ${value}`);
    return value;
  }
}

function addCookie(setCookies: string[], name: string, value: unknown): void {
  const plain = typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
  if (plain) setCookies.push(toSetCookie(name, value as Record<string, unknown>));
}

function addExtraHeaders(headers: Map<string, string | string[]>, extra: HandlerResult["extraHeaders"]): void {
  for (const [name, value] of Object.entries(extra ?? {})) headers.set(name.toLowerCase(), value);
}

const namesOnWire = (fields: Field[], form: (name: string) => string): Map<string, string> =>
  new Map(fields.map((field) => [field.name, form(wireName(field))]));

const missing = (what: string): ApiFailure =>
  ApiFailure.invalidArgument(`missing ${what} parameters`, `missing ${what} parameters`);

const badStatus = (field: string, problem: string): ApiFailure =>
  ApiFailure.invalidArgument(`invalid http status code: HTTP status field '${field}' ${problem}`);

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (value instanceof Date) return "datetime";
  if (typeof value === "bigint" || isDecimalObject(value)) return "decimal";
  return typeof value;
}
