import { parseTime } from "./datetime";
import { decimalFault } from "./decimal";
import { DecodeFailure } from "./decode-failure";
import { floatText, quoted } from "./display";
import { anyValue } from "./generic-value";
import { readJsonNumber } from "./json-number";
import { SchemaVisitor, TextFailure } from "./schema-visitor";

export class AnyVisitor extends SchemaVisitor {
  readonly expected = "any valid JSON value";
  override null = anyValue.null;
  override boolean = anyValue.boolean;
  override number = anyValue.number;
  override string = anyValue.string;
  override array = anyValue.array;
  override object = anyValue.object;
  accepts(): boolean {
    return true;
  }
  text(value: string): unknown {
    return value;
  }
}

export class NullVisitor extends SchemaVisitor {
  readonly expected = "null";
  readonly #coerce: boolean;
  constructor(coerce: boolean) {
    super();
    this.#coerce = coerce;
  }
  override null(): unknown {
    return null;
  }
  override string(value: string): unknown {
    if (!this.#coerce) return super.string(value);
    if (value === "null") return null;
    throw new DecodeFailure(`expected null, got ${value}`);
  }
  accepts(value: unknown): boolean {
    return value === null;
  }
  text(value: string): unknown {
    if (value === "" || value === "null") return null;
    throw new TextFailure("invalid value", `expected null, got ${quoted(value)}`);
  }
}

export class BooleanVisitor extends SchemaVisitor {
  readonly expected = "a boolean";
  readonly #coerce: boolean;
  constructor(coerce: boolean) {
    super();
    this.#coerce = coerce;
  }
  override boolean(value: boolean): unknown {
    return value;
  }
  override string(value: string): unknown {
    if (!this.#coerce) return super.string(value);
    if (value === "true" || value === "false") return value === "true";
    throw new DecodeFailure(`expected a boolean, got ${value}`);
  }
  accepts(value: unknown): boolean {
    return typeof value === "boolean";
  }
  text(value: string): unknown {
    if (value === "true" || value === "false") return value === "true";
    throw new TextFailure(`invalid boolean value: ${value}`);
  }
}

/** Decimal notation as Rust's number parsers take it: a leading plus, `.5` and `5.` are fine. */
const LOOSE_NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const NOT_FINITE = /^[+-]?(inf|infinity|nan)$/i;

/** Whether a text is a whole number of 64 bits. */
export function isWholeNumber(text: string): boolean {
  if (!/^[+-]?\d+$/.test(text)) return false;
  const exact = BigInt(text.replace(/^\+/, ""));
  return exact === BigInt.asIntN(64, exact);
}

/** A number in a query string; undefined when it is none. */
function parseLooseNumber(text: string): number | bigint | null | undefined {
  if (NOT_FINITE.test(text)) return null;
  if (!LOOSE_NUMBER.test(text)) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) && isWholeNumber(text)) return BigInt(text.replace(/^\+/, ""));
  return Number.isFinite(value) ? value : null;
}

export class NumberVisitor extends SchemaVisitor {
  readonly expected = "a number";
  readonly #coerce: boolean;
  constructor(coerce: boolean) {
    super();
    this.#coerce = coerce;
  }
  override number(value: number | bigint): unknown {
    return value;
  }
  override string(value: string): unknown {
    if (!this.#coerce) return super.string(value);
    const number = parseLooseNumber(value);
    if (number === undefined) throw new DecodeFailure(`expected a number, got ${value}`);
    return number;
  }
  accepts(value: unknown): boolean {
    return typeof value === "number" || typeof value === "bigint";
  }
  text(value: string): unknown {
    const number = strictNumber(value);
    if (number === null) throw new TextFailure(`invalid number value: ${value}`);
    return number;
  }
}

/** A number by JSON's grammar and nothing beside it. */
function strictNumber(text: string): number | bigint | null {
  if (!/^-?\d/.test(text)) return null;
  try {
    const { value, end } = readJsonNumber(text, 0);
    return end === text.length ? value : null;
  } catch (thrown) {
    if (thrown instanceof DecodeFailure) return null;
    throw thrown;
  }
}

export class StringVisitor extends SchemaVisitor {
  readonly expected = "a string";
  override string(value: string): unknown {
    return value;
  }
  accepts(value: unknown): boolean {
    return typeof value === "string";
  }
  text(value: string): unknown {
    return value;
  }
}

export class DateVisitor extends SchemaVisitor {
  readonly expected = "a datetime string";
  override string(value: string): unknown {
    return parseTime(value);
  }
  accepts(value: unknown): boolean {
    return typeof value === "string" && succeeds(() => parseTime(value));
  }
  override holdsText(value: string): boolean {
    return this.accepts(value);
  }
  override convert(value: unknown): unknown {
    return typeof value === "string" ? parseTime(value) : value;
  }
  text(value: string): unknown {
    if (succeeds(() => parseTime(value))) return parseTime(value);
    throw new TextFailure("invalid datetime", `invalid datetime string ${quoted(value)}`);
  }
}

export class DecimalVisitor extends SchemaVisitor {
  readonly expected = "a decimal";
  readonly #make: (value: string) => unknown;
  constructor(make: (value: string) => unknown) {
    super();
    this.#make = make;
  }
  override string(value: string): unknown {
    const fault = decimalFault(value);
    if (fault !== null) throw new DecodeFailure(`invalid decimal: ${fault}`);
    return this.#make(value);
  }
  accepts(value: unknown): boolean {
    return typeof value === "string" && decimalFault(value) === null;
  }
  override holdsText(value: string): boolean {
    return this.accepts(value);
  }
  override convert(value: unknown): unknown {
    return typeof value === "string" ? this.string(value) : value;
  }
  text(value: string): unknown {
    if (decimalFault(value) !== null) throw new TextFailure(`invalid decimal value: ${value}`);
    return this.#make(value);
  }
}

export class LiteralVisitor extends SchemaVisitor {
  readonly expected: string;
  readonly #value: string | number | boolean;
  readonly #coerce: boolean;
  constructor(value: string | number | boolean, coerce: boolean) {
    super();
    this.#value = value;
    this.#coerce = coerce;
    this.expected = typeof value === "string" ? quoted(value) : literalText(value);
  }
  override boolean(value: boolean): unknown {
    return value === this.#value ? value : super.boolean(value);
  }
  override number(value: number | bigint, integer: boolean): unknown {
    if (value === this.#value && integer === Number.isInteger(value)) return value;
    return super.number(value, integer);
  }
  override string(value: string): unknown {
    if (value === this.#value) return value;
    if (this.#coerce && typeof this.#value === "boolean" && (value === "true" || value === "false")) {
      return this.boolean(value === "true");
    }
    const number = this.#coerce ? this.#numberLike(value) : undefined;
    if (number !== undefined) return this.number(number, Number.isInteger(this.#value));
    throw new DecodeFailure(`expected ${this.expected}, got ${value}`);
  }
  accepts(value: unknown): boolean {
    return value === this.#value;
  }
  text(value: string): unknown {
    const same =
      typeof this.#value === "number" ? this.#numberLike(value) === this.#value : value === String(this.#value);
    if (same) return this.#value;
    throw new TextFailure(null, `expected ${this.expected}, got ${value}`);
  }
  /** The number behind a text, when it is of the literal's own kind: `3.0` does not stand for `3`. */
  #numberLike(text: string): number | bigint | undefined {
    if (typeof this.#value !== "number") return undefined;
    if (Number.isInteger(this.#value) && !isWholeNumber(text)) return undefined;
    return parseLooseNumber(text) ?? undefined;
  }
}

const literalText = (value: number | boolean): string =>
  typeof value === "number" && !Number.isInteger(value) ? floatText(value) : String(value);

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch (thrown) {
    if (thrown instanceof DecodeFailure) return false;
    throw thrown;
  }
}
