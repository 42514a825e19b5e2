import { isUtf8 } from "node:buffer";
import { DecodeFailure } from "../codec/decode-failure";
import { JsonReader } from "../codec/json-reader";
import { isWholeNumber } from "../codec/scalar-visitors";
import { describeNumber, invalidType, SchemaVisitor } from "../codec/schema-visitor";
import { compileValidation, type Validator } from "../codec/validation";
import { percentDecodedBytes } from "../http/query-string";
import type { Endpoint, Field } from "../model/types";
import { ApiFailure } from "../runtime/api-error";
import type { Payload } from "../runtime/request";

/** Gives the path parameters from their raw texts, in order. @throws ApiFailure */
export type PathReader = (raw: readonly string[]) => Payload;

interface PathParam {
  name: string;
  read: (text: string) => unknown;
  validate: Validator | undefined;
}

/** Undefined when the path has no parameters. */
export function compilePathParams(endpoint: Endpoint, requestFields: Field[]): PathReader | undefined {
  const params = endpoint.path.flatMap((segment): PathParam[] => {
    if (segment.kind === "literal") return [];
    const rules = requestFields.find((field) => field.name === segment.name)?.schema.validation;
    return [
      {
        name: segment.name,
        read: segment.kind === "param" ? READERS[segment.type] : READERS.string,
        validate: rules && compileValidation(rules),
      },
    ];
  });
  if (params.length === 0) return undefined;
  return (raw) => {
    const texts = raw.map(decodeSegment);
    const target: Payload = {};
    for (const [index, { name, read, validate }] of params.entries()) {
      const text = texts[index];
      if (text === undefined) continue;
      const value = read(text);
      const fault = validate?.(value, !isWholeNumber(text)) ?? null;
      if (fault !== null) throw ApiFailure.invalidArgument(`invalid path parameter ${name}: ${fault}`);
      target[name] = value;
    }
    return target;
  };
}

function decodeSegment(raw: string): string {
  if (!raw.includes("%")) return raw;
  const bytes = percentDecodedBytes(raw);
  if (isUtf8(bytes)) return Buffer.from(bytes).toString("utf8");
  throw ApiFailure.invalidArgument("unable to parse path params", "Invalid UTF-8 in `_`");
}

/** Path parameters are read by the JSON parser, whose expectations show in its messages. */
class PathNumber extends SchemaVisitor {
  readonly expected: string = "a JSON number";
  override null(): unknown {
    throw invalidType("null", this.expected);
  }
  override number(value: number | bigint): unknown {
    return value;
  }
  accepts(): boolean {
    return false;
  }
  text(value: string): unknown {
    return value;
  }
}

/** Here the parser looks at a bracket without taking it. */
function unread(failure: DecodeFailure, reader: JsonReader): DecodeFailure {
  failure.position = { at: reader.at - 1, looking: false };
  return failure;
}

class PathBoolean extends PathNumber {
  override readonly expected: string = "a boolean";
  override number(value: number | bigint, integer = true): unknown {
    throw invalidType(describeNumber(value, integer), this.expected);
  }
  override boolean(value: boolean): unknown {
    return value;
  }
  override array(reader: JsonReader): unknown {
    throw unread(invalidType("sequence", this.expected), reader);
  }
  override object(reader: JsonReader): unknown {
    throw unread(invalidType("map", this.expected), reader);
  }
}

const readWith =
  (visitor: SchemaVisitor, what: string) =>
  (text: string): unknown => {
    const reader = new JsonReader(text);
    try {
      const value = reader.read(visitor);
      reader.end();
      return value;
    } catch (thrown) {
      if (!(thrown instanceof DecodeFailure)) throw thrown;
      throw ApiFailure.invalidArgument(
        `path parameter is not a valid ${what}`,
        `${thrown.message} at ${reader.locationOf(thrown)}`,
      );
    }
  };

const READERS = {
  string: (text: string): unknown => text,
  number: readWith(new PathNumber(), "number"),
  bigint: readWith(new PathNumber(), "number"),
  boolean: readWith(new PathBoolean(), "boolean"),
};
