import { DecodeFailure, failedInElement, failedInField } from "./decode-failure";
import { readJsonNumber } from "./json-number";
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

/**
 * Reads JSON step by step, so that the schema sees each value as it comes. `JSON.parse` will not do: Encore finds
 * doubled fields, keeps big integers exact, ignores what follows the value, and reports the first fault in reading
 * order, whether it is in the syntax or in the schema.
 */
export class JsonReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** @throws DecodeFailure */
  read(consumer: JsonConsumer): unknown {
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
        throw new DecodeFailure("EOF while parsing a value");
      default: {
        const code = text.charCodeAt(this.#at);
        if (code !== 45 && (code < 48 || code > 57)) throw new DecodeFailure("expected value");
        const number = readJsonNumber(text, this.#at);
        this.#at = number.end;
        return consumer.number(number.value, number.integer);
      }
    }
  }

  /** True when nothing but white space is left. */
  atEnd(): boolean {
    return this.#skipSpace() === -1;
  }

  /** Where reading stands, in the words of a JSON error. */
  location(): string {
    const before = this.#text.slice(0, this.#at);
    const line = before.split("\n").length;
    return `line ${line} column ${before.length - before.lastIndexOf("\n") - 1}`;
  }

  /** Calls `element` at each element; it must read exactly one value. */
  elements(element: (index: number) => void): void {
    this.#at++;
    for (let index = 0; ; index++) {
      const code = this.#skipSpace();
      if (code === 93) break;
      if (code === -1) throw new DecodeFailure("EOF while parsing a list");
      if (index > 0) {
        if (code !== 44) throw new DecodeFailure("expected `,` or `]`");
        this.#at++;
        const next = this.#skipSpace();
        if (next === 93) throw new DecodeFailure("trailing comma");
        if (next === -1) throw new DecodeFailure("EOF while parsing a value");
      }
      try {
        element(index);
      } catch (thrown) {
        throw failedInElement(thrown, index);
      }
    }
    this.#at++;
  }

  /** Calls `field` at each field's value; it must read exactly one value. */
  fields(field: (name: string) => void): void {
    this.#at++;
    for (let first = true; ; first = false) {
      let code = this.#skipSpace();
      if (code === 125) break;
      if (code === -1) throw new DecodeFailure("EOF while parsing an object");
      if (!first) {
        if (code !== 44) throw new DecodeFailure("expected `,` or `}`");
        this.#at++;
        code = this.#skipSpace();
        if (code === 125) throw new DecodeFailure("trailing comma");
        if (code === -1) throw new DecodeFailure("EOF while parsing a value");
      }
      if (code !== 34) throw new DecodeFailure("key must be a string");
      const name = this.#string();
      try {
        const colon = this.#skipSpace();
        if (colon === -1) throw new DecodeFailure("EOF while parsing an object");
        if (colon !== 58) throw new DecodeFailure("expected `:`");
        this.#at++;
        field(name);
      } catch (thrown) {
        throw failedInField(thrown, name);
      }
    }
    this.#at++;
  }

  #nested(consumer: JsonConsumer, kind: "array" | "object"): unknown {
    if (++this.#depth >= MAX_DEPTH) throw new DecodeFailure("recursion limit exceeded");
    const value = consumer[kind](this);
    this.#depth--;
    return value;
  }

  #string(): string {
    const { value, end } = readJsonString(this.#text, this.#at);
    this.#at = end;
    return value;
  }

  #identifier(word: string): void {
    for (let i = 1; i < word.length; i++) {
      if (this.#at + i >= this.#text.length) throw new DecodeFailure("EOF while parsing a value");
      if (this.#text[this.#at + i] !== word[i]) throw new DecodeFailure("expected ident");
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
