import { DecodeFailure } from "./decode-failure";
import { alternatives, fieldList, quoted } from "./display";
import { anyValue, readElements, readEntries, setEntry, sortedObject } from "./generic-value";
import type { JsonReader } from "./json-reader";
import { describeNumber, invalidType, SchemaVisitor, TextFailure } from "./schema-visitor";

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const unsupportedText = (expected: string): TextFailure =>
  new TextFailure("unsupported schema type", `got an unsupported schema type: ${expected}`);

export class ArrayVisitor extends SchemaVisitor {
  readonly expected = "a JSON array";
  readonly element: SchemaVisitor;
  readonly #repeated: boolean;
  /** `repeated`: each single value is one element, as in query strings. */
  constructor(element: SchemaVisitor, repeated: boolean) {
    super();
    this.element = element;
    this.#repeated = repeated;
  }
  override string(value: string): unknown {
    return this.#repeated ? [this.element.string(value)] : super.string(value);
  }
  override array(reader: JsonReader): unknown {
    return readElements(reader, this.element);
  }
  accepts(value: unknown): boolean {
    return Array.isArray(value) && value.every((element) => this.element.accepts(element));
  }
  override holdsText(): boolean {
    return false;
  }
  override convert(value: unknown): unknown {
    return Array.isArray(value) ? value.map((element) => this.element.convert(element)) : value;
  }
  text(): unknown {
    throw unsupportedText(this.expected);
  }
}

export class MapVisitor extends SchemaVisitor {
  readonly expected = "a JSON object";
  readonly #value: SchemaVisitor;
  constructor(value: SchemaVisitor) {
    super();
    this.#value = value;
  }
  override get listed(): string {
    return "a JSON map";
  }
  override object(reader: JsonReader): unknown {
    return readEntries(reader, this.#value);
  }
  accepts(value: unknown): boolean {
    return isObject(value) && Object.values(value).every((entry) => this.#value.accepts(entry));
  }
  override holdsText(): boolean {
    return false;
  }
  override convert(value: unknown): unknown {
    if (!isObject(value)) return value;
    return sortedObject(new Map(Object.entries(value).map(([name, entry]) => [name, this.#value.convert(entry)])));
  }
  text(): unknown {
    throw unsupportedText(this.listed);
  }
}

export interface ObjectField {
  name: string;
  optional: boolean;
  visitor: SchemaVisitor;
}

export class ObjectVisitor extends SchemaVisitor {
  readonly expected = "a JSON object";
  readonly fields: readonly ObjectField[];
  readonly #slots: Map<string, number>;
  constructor(fields: ObjectField[]) {
    super();
    // In the order in which the app sees them.
    this.fields = [...fields].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#slots = new Map(this.fields.map((field, slot) => [field.name, slot]));
  }

  override object(reader: JsonReader): Record<string, unknown> {
    const values: unknown[] = new Array(this.fields.length).fill(undefined);
    reader.fields((name) => {
      const slot = this.#slots.get(name);
      const field = slot === undefined ? undefined : this.fields[slot];
      if (slot === undefined || field === undefined) {
        reader.skip();
        return;
      }
      const value = reader.read(field.visitor);
      if (values[slot] !== undefined) throw new DoubledField(name);
      values[slot] = value;
    });
    return this.collect(values);
  }

  /** The object from its fields' values, in the order of `fields`; undefined is absent. @throws DecodeFailure */
  collect(values: readonly unknown[]): Record<string, unknown> {
    const target: Record<string, unknown> = {};
    for (let slot = 0; slot < this.fields.length; slot++) {
      const field = this.fields[slot];
      const value = values[slot];
      if (field === undefined) continue;
      if (value !== undefined) setEntry(target, field.name, value);
      else if (!field.optional)
        throw missingFields(this.fields.filter((f, i) => !f.optional && values[i] === undefined));
    }
    return target;
  }

  slotOf(name: string): number | undefined {
    return this.#slots.get(name);
  }

  accepts(value: unknown): boolean {
    if (!isObject(value)) return false;
    return this.fields.every((field) =>
      Object.hasOwn(value, field.name) ? field.visitor.accepts(value[field.name]) : field.optional,
    );
  }

  override holdsText(): boolean {
    return false;
  }

  override convert(value: unknown): unknown {
    if (!isObject(value)) return value;
    const target: Record<string, unknown> = {};
    for (const { name, visitor } of this.fields) {
      if (Object.hasOwn(value, name)) setEntry(target, name, visitor.convert(value[name]));
    }
    return target;
  }

  text(): unknown {
    throw unsupportedText(this.expected);
  }
}

/** Unlike other failures in a field, it is told of the object that holds the field. */
class DoubledField extends DecodeFailure {
  #leftObject = false;
  constructor(name: string) {
    super(`duplicate field ${name}`);
  }
  override inField(name: string): this {
    if (this.#leftObject) return super.inField(name);
    this.#leftObject = true;
    return this;
  }
}

function missingFields(fields: readonly { name: string }[]): DecodeFailure {
  const [first, ...more] = fields.map((field) => field.name);
  if (more.length === 0) return new DecodeFailure(`missing field ${first}`);
  return new DecodeFailure(`missing fields ${fieldList(fields.map((field) => field.name))}`);
}

export class UnionVisitor extends SchemaVisitor {
  readonly #members: SchemaVisitor[];
  constructor(members: SchemaVisitor[]) {
    super();
    this.#members = members;
  }
  get expected(): string {
    return alternatives(this.#members.map((member) => member.listed));
  }
  override null(): unknown {
    return this.#first((member) => member.null(), "Option value");
  }
  override boolean(value: boolean): unknown {
    return this.#first((member) => member.boolean(value), `boolean \`${value}\``);
  }
  override number(value: number | bigint, integer: boolean): unknown {
    return this.#first((member) => member.number(value, integer), describeNumber(value, integer));
  }
  override string(value: string): unknown {
    return this.#first((member) => member.string(value), `string ${quoted(value)}`);
  }
  override array(reader: JsonReader): unknown {
    return this.#choose(anyValue.array(reader), "sequence");
  }
  override object(reader: JsonReader): unknown {
    return this.#choose(anyValue.object(reader), "map");
  }
  accepts(value: unknown): boolean {
    return this.#members.some((member) => member.accepts(value));
  }
  override convert(value: unknown): unknown {
    // Encore asks again for lists and objects only: a text goes to the first member that can hold any text.
    const fits = (member: SchemaVisitor) =>
      typeof value === "string" ? member.holdsText(value) : member.accepts(value);
    return this.#members.find(fits)?.convert(value) ?? value;
  }
  override holdsText(value: string): boolean {
    return this.#members.some((member) => member.holdsText(value));
  }
  text(value: string): unknown {
    for (const member of this.#members) {
      try {
        return member.text(value);
      } catch (thrown) {
        if (!(thrown instanceof TextFailure)) throw thrown;
      }
    }
    throw new TextFailure(null, `no union value matched: ${value}`);
  }
  #first(attempt: (member: SchemaVisitor) => unknown, found: string): unknown {
    for (const member of this.#members) {
      try {
        return attempt(member);
      } catch (thrown) {
        if (!(thrown instanceof DecodeFailure)) throw thrown;
      }
    }
    throw invalidType(found, this.expected);
  }
  #choose(value: unknown, found: string): unknown {
    const member = this.#members.find((candidate) => candidate.accepts(value));
    if (member === undefined) throw invalidType(found, this.expected);
    return member.convert(value);
  }
}
