import { byteLength } from "./body-text";
import { DecodeFailure, failedInElement, failedInField } from "./decode-failure";
import { readJsonNumber } from "./json-number";
import { skipJson } from "./json-skip";
import { readJsonString } from "./json-string";

/** What a schema does with each kind of JSON value. Arrays and objects are read by the consumer itself. */
export interface JsonConsumer {
  null(): unknown;
  boolean(value: boolean): unknown;
  number(value: number | bigint, integer: boolean): unknown;
  string(value: string): unknown;
  array(reader: JsonReader): unknown;
  object(reader: JsonReader): unknown;
}

const MAX_DEPTH = 128;
const CLOSING = { array: 93, object: 125 };

/**
 * Reads JSON step by step, so that the schema sees each value as it comes. `JSON.parse` will not do: Encore finds
 * doubled fields, keeps big integers exact, ignores what follows the value, and reports the first fault in reading
 * order, whether it is in the syntax or in the schema.
 */
export class JsonReader {
  readonly #text: string;
  readonly #wellFormed: boolean;
  #at = 0;
  #depth = 0;

  /** `text` may hold what `lenientText` made of broken UTF-8. */
  constructor(text: string) {
    this.#text = text;
    this.#wellFormed = text.isWellFormed();
  }

  /** @throws DecodeFailure with its position */
  read(consumer: JsonConsumer): unknown {
    try {
      return this.#value(consumer);
    } catch (thrown) {
      if (thrown instanceof DecodeFailure) thrown.position ??= { at: this.#at, looking: false };
      throw thrown;
    }
  }

  #value(consumer: JsonConsumer): unknown {
    const text = this.#text;
    switch (this.#skipSpace()) {
      case 34:
        return consumer.string(this.#string());
      case 123:
        return this.#nested(consumer, "object");
      case 91:
        return this.#nested(consumer, "array");
      case 116:
        this.#identifier("true");
        return consumer.boolean(true);
      case 102:
        this.#identifier("false");
        return consumer.boolean(false);
      case 110:
        this.#identifier("null");
        return consumer.null();
      case -1:
        throw this.#unexpected("EOF while parsing a value");
      default: {
        const code = text.charCodeAt(this.#at);
        if (code !== 45 && (code < 48 || code > 57)) throw this.#unexpected("expected value");
        const number = readJsonNumber(text, this.#at);
        this.#at = number.end;
        return consumer.number(number.value, number.integer);
      }
    }
  }

  /** How much of the text was taken, in UTF-16 units. */
  get at(): number {
    return this.#at;
  }

  /** To be called when the text should hold nothing more. @throws DecodeFailure with its position */
  end(): void {
    if (this.#skipSpace() !== -1) throw this.#unexpected("trailing characters");
  }

  /** Where a failure was found, in the words of a JSON error: columns count bytes, as Encore's do. */
  locationOf(failure: DecodeFailure): string {
    const { at, looking } = failure.position ?? { at: this.#at, looking: false };
    const before = this.#text.slice(0, at);
    const line = before.split("\n").length;
    const column = byteLength(before.slice(before.lastIndexOf("\n") + 1));
    if (!looking || at >= this.#text.length) return `line ${line} column ${column}`;
    return this.#text[at] === "\n" ? `line ${line + 1} column 0` : `line ${line} column ${column + 1}`;
  }

  /** Calls `element` at each element; it must read exactly one value. */
  elements(element: (index: number) => void): void {
    for (let index = 0; ; index++) {
      const code = this.#skipSpace();
      if (code === 93) break;
      if (code === -1) throw this.#unexpected("EOF while parsing a list");
      if (index > 0) {
        if (code !== 44) throw this.#unexpected("expected `,` or `]`");
        this.#at++;
        const next = this.#skipSpace();
        if (next === 93) throw this.#unexpected("trailing comma");
        if (next === -1) throw this.#unexpected("EOF while parsing a value");
      }
      try {
        element(index);
      } catch (thrown) {
        throw failedInElement(thrown, index);
      }
    }
  }

  /** Calls `field` at each field's value; it must read or skip exactly one value. */
  fields(field: (name: string) => void): void {
    for (let first = true; ; first = false) {
      const name = this.#key(first);
      if (name === undefined) return;
      this.#colon();
      try {
        field(name);
      } catch (thrown) {
        throw failedInField(thrown, name);
      }
    }
  }

  /** Passes over a value that no schema asks for. Its syntax counts, but less of it than where it is read. */
  skip(): void {
    this.#skipSpace();
    this.#at = skipJson(this.#text, this.#at);
  }

  /** The next field's name, undefined where the object ends. A fault here has no field yet: its place is `?`. */
  #key(first: boolean): string | undefined {
    try {
      let code = this.#skipSpace();
      if (code === 125) return undefined;
      if (code === -1) throw this.#unexpected("EOF while parsing an object");
      if (!first) {
        if (code !== 44) throw this.#unexpected("expected `,` or `}`");
        this.#at++;
        code = this.#skipSpace();
        if (code === 125) throw this.#unexpected("trailing comma");
        if (code === -1) throw this.#unexpected("EOF while parsing a value");
      }
      if (code !== 34) throw this.#unexpected("key must be a string");
      return this.#string();
    } catch (thrown) {
      throw this.#depth > 1 ? failedInField(thrown, "?") : thrown;
    }
  }

  #colon(): void {
    const code = this.#skipSpace();
    if (code === -1) throw this.#unexpected("EOF while parsing an object");
    if (code !== 58) throw this.#unexpected("expected `:`");
    this.#at++;
  }

  #nested(consumer: JsonConsumer, kind: "array" | "object"): unknown {
    if (++this.#depth >= MAX_DEPTH) throw this.#unexpected("recursion limit exceeded");
    this.#at++;
    try {
      const value = consumer[kind](this);
      this.#at++;
      this.#depth--;
      return value;
    } catch (thrown) {
      if (thrown instanceof DecodeFailure && thrown.position === undefined) this.#leave(kind);
      throw thrown;
    }
  }

  /** Encore's parser tries to finish a list or an object that its schema refused, and only then says where it is. */
  #leave(kind: "array" | "object"): void {
    const next = this.#skipSpace();
    if (next === CLOSING[kind]) this.#at++;
    if (next === 44 && kind === "array") {
      this.#at++;
      this.#skipSpace();
    }
  }

  #unexpected(reason: string): DecodeFailure {
    return new DecodeFailure(reason, { at: this.#at, looking: true });
  }

  #string(): string {
    const { value, end } = readJsonString(this.#text, this.#at);
    this.#at = end;
    if (!this.#wellFormed && !value.isWellFormed()) {
      throw new DecodeFailure("invalid unicode code point", { at: end, looking: false });
    }
    return value;
  }

  #identifier(word: string): void {
    for (let i = 1; i < word.length; i++) {
      const at = this.#at + i;
      if (at >= this.#text.length) throw new DecodeFailure("EOF while parsing a value", { at, looking: true });
      if (this.#text[at] !== word[i]) throw new DecodeFailure("expected ident", { at, looking: true });
    }
    this.#at += word.length;
  }

  /** The code of the next character that is no white space, -1 at the end. */
  #skipSpace(): number {
    const text = this.#text;
    for (; this.#at < text.length; this.#at++) {
      const code = text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return code;
    }
    return -1;
  }
}
