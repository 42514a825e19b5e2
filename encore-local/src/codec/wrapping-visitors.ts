import { DecodeFailure } from "./decode-failure";
import type { JsonReader } from "./json-reader";
import { isWholeNumber } from "./scalar-visitors";
import { SchemaVisitor, TextFailure } from "./schema-visitor";
import type { Validator } from "./validation";

/** A schema with rules from encore.dev/validate. */
export class ValidatedVisitor extends SchemaVisitor {
  readonly #inner: SchemaVisitor;
  readonly #validate: Validator;
  constructor(inner: SchemaVisitor, validate: Validator) {
    super();
    this.#inner = inner;
    this.#validate = validate;
  }
  get expected(): string {
    return this.#inner.listed;
  }
  override boolean(value: boolean): unknown {
    return this.#checked(this.#inner.boolean(value));
  }
  override number(value: number | bigint, integer: boolean): unknown {
    return this.#checked(this.#inner.number(value, integer), !integer);
  }
  override string(value: string): unknown {
    return this.#checked(this.#inner.string(value), !isWholeNumber(value));
  }
  override array(reader: JsonReader): unknown {
    return this.#checked(this.#inner.array(reader));
  }
  override object(reader: JsonReader): unknown {
    return this.#checked(this.#inner.object(reader));
  }
  accepts(value: unknown): boolean {
    return this.#inner.accepts(value) && this.#validate(value) === null;
  }
  override holdsText(value: string): boolean {
    return this.#inner.holdsText(value);
  }
  override convert(value: unknown): unknown {
    return this.#inner.convert(value);
  }
  text(value: string): unknown {
    const inner = this.#inner.text(value);
    const fault = this.#validate(inner, !isWholeNumber(value));
    if (fault !== null) throw new TextFailure(null, fault, true);
    return inner;
  }
  #checked(value: unknown, float = false): unknown {
    const fault = this.#validate(value, float);
    if (fault !== null) throw new DecodeFailure(fault);
    return value;
  }
}

/** A named type, resolved at its first use, so that types may refer to themselves. */
export class NamedVisitor extends SchemaVisitor {
  readonly #resolve: () => SchemaVisitor;
  #target: SchemaVisitor | undefined;
  constructor(resolve: () => SchemaVisitor) {
    super();
    this.#resolve = resolve;
  }
  get target(): SchemaVisitor {
    this.#target ??= this.#resolve();
    return this.#target;
  }
  get expected(): string {
    return this.target.expected;
  }
  override get listed(): string {
    return this.target.listed;
  }
  override null(): unknown {
    return this.target.null();
  }
  override boolean(value: boolean): unknown {
    return this.target.boolean(value);
  }
  override number(value: number | bigint, integer: boolean): unknown {
    return this.target.number(value, integer);
  }
  override string(value: string): unknown {
    return this.target.string(value);
  }
  override array(reader: JsonReader): unknown {
    return this.target.array(reader);
  }
  override object(reader: JsonReader): unknown {
    return this.target.object(reader);
  }
  accepts(value: unknown): boolean {
    return this.target.accepts(value);
  }
  override holdsText(value: string): boolean {
    return this.target.holdsText(value);
  }
  override convert(value: unknown): unknown {
    return this.target.convert(value);
  }
  text(value: string): unknown {
    return this.target.text(value);
  }
}
