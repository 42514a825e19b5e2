import type { SchemaCompiler } from "../codec/compile-schema";
import { ApiFailure } from "../runtime/api-error";
import type { Payload } from "../runtime/request";
import { compileBody } from "./body-params";
import type { EncodedResponse, ResponseEncoder } from "./response-encoder";
import { compileHeaderParams } from "./text-params";

/** What the caller in another service gets of an answer; null when the endpoint answers nothing. */
export type ResponseDecoder = (response: EncodedResponse) => Payload | null;

export function compileResponseDecoder(encoder: ResponseEncoder, compiler: SchemaCompiler): ResponseDecoder {
  const { header, body } = encoder.places;
  const readHeaders = header.length > 0 ? compileHeaderParams(header, compiler) : undefined;
  const readBody = body.length > 0 ? compileBody(body, compiler, "response body") : undefined;
  return ({ status, headers, body: text }) => {
    // A caller knows errors by their status and expects an error's body then.
    if (status < 200 || status > 299)
      throw ApiFailure.invalidArgument("unable to parse error response: missing field `code`");
    if (!readHeaders && !readBody) return null;
    const payload: Payload = {};
    readHeaders?.((name) => valuesOf(headers.get(name)), payload);
    if (readBody && text !== null) Object.assign(payload, readBody(text));
    return payload;
  };
}

function valuesOf(value: string | string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
