import type { SchemaCompiler } from "../codec/compile-schema";
import { DecodeFailure } from "../codec/decode-failure";
import { setEntry } from "../codec/generic-value";
import { parseQuery } from "../http/query-string";
import type { Field } from "../model/types";
import { ApiFailure } from "../runtime/api-error";
import type { Payload } from "../runtime/request";

/** Adds the parameters of a query string to the payload. @throws ApiFailure */
export type QueryReader = (query: string, target: Payload) => void;

/** `compiler` must be one that compiles for query strings. */
export function compileQueryParams(fields: Field[], compiler: SchemaCompiler): QueryReader {
  const object = compiler.object(fields);
  return (query, target) => {
    const values: unknown[] = new Array(object.fields.length).fill(undefined);
    try {
      for (const [name, text] of parseQuery(query)) {
        const slot = object.slotOf(name);
        const field = slot === undefined ? undefined : object.fields[slot];
        if (slot === undefined || field === undefined) continue;
        values[slot] = joined(
          name,
          values[slot],
          readField(name, () => field.visitor.string(text)),
        );
      }
      for (const [name, value] of Object.entries(object.collect(values))) setEntry(target, name, value);
    } catch (thrown) {
      if (!(thrown instanceof DecodeFailure)) throw thrown;
      throw ApiFailure.invalidArgument(`unable to decode query string: ${thrown.message}`);
    }
  };
}

function readField(name: string, read: () => unknown): unknown {
  try {
    return read();
  } catch (thrown) {
    throw thrown instanceof DecodeFailure ? thrown.inField(name) : thrown;
  }
}

function joined(name: string, before: unknown, value: unknown): unknown {
  if (before === undefined) return value;
  if (Array.isArray(before) && Array.isArray(value)) return [...before, ...value];
  throw new DecodeFailure(`duplicate field ${name}`);
}
