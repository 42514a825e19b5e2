import { DecodeFailure } from "./decode-failure";
import { floatText, quoted } from "./display";
import type { JsonConsumer, JsonReader } from "./json-reader";

/** Fails with what was found and what the schema wants there. */
export function invalidType(found: string, expected: string): DecodeFailure {
  return new DecodeFailure(`invalid type: ${found}, expected ${expected}`);
}

export const describeNumber = (value: number | bigint, integer: boolean): string =>
  integer ? `integer \`${value}\`` : `floating point \`${floatText(Number(value))}\``;

/**
 * One schema, compiled: how each kind of value is taken. Every method fails unless the kind of schema overrides it.
 *
 * There are two ways in. A value that comes as text is handed over while it is read. A value that a union has already
 * read (it must try several schemas on one value) is tested by `fault` and then converted by `convert`.
 */
export abstract class SchemaVisitor implements JsonConsumer {
  /** What a message says is expected here. */
  abstract get expected(): string;

  /** The same within the list of a union's members. Differs for maps only. */
  get listed(): string {
    return this.expected;
  }

  null(): unknown {
    throw invalidType("Option value", this.expected);
  }

  boolean(value: boolean): unknown {
    throw invalidType(`boolean \`${value}\``, this.expected);
  }

  number(value: number | bigint, integer: boolean): unknown {
    throw invalidType(describeNumber(value, integer), this.expected);
  }

  string(value: string): unknown {
    throw invalidType(`string ${quoted(value)}`, this.expected);
  }

  array(_reader: JsonReader): unknown {
    throw invalidType("sequence", this.expected);
  }

  object(_reader: JsonReader): unknown {
    throw invalidType("map", this.expected);
  }

  /** Whether the schema takes a generic JSON value. */
  abstract accepts(value: unknown): boolean;

  /** Whether `convert` takes a text, be it of the wrong kind: scalars do, lists and objects do not. */
  holdsText(_value: string): boolean {
    return true;
  }

  /** Turns a generic JSON value that `accepts` approved of into what the app gets. @throws DecodeFailure */
  convert(value: unknown): unknown {
    return value;
  }

  /** Reads a header's or a cookie's value. @throws TextFailure */
  abstract text(value: string): unknown;
}

/** A header or cookie that does not fit: its message reaches the client, the internal one only a developer. */
export class TextFailure {
  /** Null stands for "invalid header value" or "invalid cookie value". */
  readonly message: string | null;
  readonly internalMessage: string | null;
  /** The internal message repeats the public one in front. */
  readonly repeats: boolean;

  constructor(message: string | null, internalMessage: string | null = null, repeats = false) {
    this.message = message;
    this.internalMessage = internalMessage;
    this.repeats = repeats;
  }
}
