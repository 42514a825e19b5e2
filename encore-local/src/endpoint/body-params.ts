import type { SchemaCompiler } from "../codec/compile-schema";
import type { ObjectVisitor } from "../codec/compound-visitors";
import { DecodeFailure } from "../codec/decode-failure";
import { JsonReader } from "../codec/json-reader";
import type { Field } from "../model/types";
import { ApiFailure } from "../runtime/api-error";
import type { Payload } from "../runtime/request";

/** Reads one JSON object by a schema. @throws ApiFailure */
export type BodyReader = (body: string) => Payload;

/** `what` is named in the message: "request body", "response body". */
export function compileBody(fields: Field[], compiler: SchemaCompiler, what = "request body"): BodyReader {
  return readerOf(compiler.object(fields), what);
}

export function readerOf(object: ObjectVisitor, what: string): BodyReader {
  return (body) => {
    const reader = new JsonReader(body);
    try {
      return reader.read(object) as Payload;
    } catch (thrown) {
      if (!(thrown instanceof DecodeFailure)) throw thrown;
      throw ApiFailure.invalidArgument(`unable to decode ${what}: ${thrown.message} at ${reader.locationOf(thrown)}`);
    }
  };
}
