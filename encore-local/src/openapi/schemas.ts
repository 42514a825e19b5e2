import { declarationNames } from "../model/declaration-names";
import type { Declaration, Field, Schema } from "../model/types";
import { readDocComment } from "./doc-comment";
import { type JsonSchema, validationKeywords } from "./validation-keywords";

const REFERENCE = "#/components/schemas/";

/** Turns the model's schemas into JSON Schema. Named types become components, those only that something refers to. */
export class Schemas {
  readonly #declarations: Record<string, Declaration>;
  readonly #names: Map<string, string>;
  readonly #components = new Map<string, JsonSchema>();

  constructor(declarations: Record<string, Declaration>) {
    this.#declarations = declarations;
    this.#names = declarationNames(declarations);
  }

  /** By name, in the order of the alphabet, so that a document changes only where the app does. */
  get components(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#components].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  of(schema: Schema): JsonSchema {
    const shape = this.#shape(schema);
    return schema.validation === undefined
      ? shape
      : { ...shape, ...validationKeywords(schema.validation, this.#resolve(schema)) };
  }

  /** An object of these fields alone. */
  object(fields: Field[]): JsonSchema {
    const required = fields.filter(({ optional }) => !optional).map(({ name }) => name);
    return {
      type: "object",
      properties: Object.fromEntries(fields.map((field) => [field.name, this.field(field)])),
      ...(required.length === 0 ? {} : { required }),
    };
  }

  field({ schema, doc }: Field): JsonSchema {
    return { ...this.of(schema), ...annotations(doc) };
  }

  /** The named type itself where the fields are all that it has; else an object of them. */
  objectOf(schema: Schema | undefined, fields: Field[]): JsonSchema {
    const all = schema === undefined ? undefined : this.#resolve(schema);
    const whole = all?.kind === "object" && all.fields.length === fields.length;
    return whole && schema !== undefined ? this.of(schema) : this.object(fields);
  }

  #shape(schema: Schema): JsonSchema {
    switch (schema.kind) {
      case "any":
        return {};
      case "string":
      case "number":
      case "boolean":
      case "null":
        return { type: schema.kind };
      case "date":
        return { type: "string", format: "date-time" };
      case "bigint":
      case "decimal":
        return { type: "string", format: "decimal" };
      case "literal":
        return { const: schema.value };
      case "array":
        return { type: "array", items: this.of(schema.element) };
      case "map":
        return { type: "object", additionalProperties: this.of(schema.value) };
      case "object":
        return this.object(schema.fields);
      case "union":
        return this.#union(schema.types);
      case "ref":
        return this.#reference(schema.id);
    }
  }

  #union(types: Schema[]): JsonSchema {
    const values = types.flatMap((type) =>
      type.kind === "literal" ? [type.value] : type.kind === "null" ? [null] : [],
    );
    if (values.length === types.length) return { enum: values };
    return { anyOf: types.map((type) => this.of(type)) };
  }

  #reference(id: string): JsonSchema {
    const name = this.#names.get(id);
    const declaration = this.#declarations[id];
    if (name === undefined || declaration === undefined) throw new Error(`the model lacks the type ${id}`);
    if (!this.#components.has(name)) {
      // In place before its body is turned, so that a type may contain itself.
      this.#components.set(name, {});
      this.#components.set(name, { ...this.of(declaration.schema), ...annotations(declaration.doc) });
    }
    return { $ref: `${REFERENCE}${name}` };
  }

  #resolve(schema: Schema): Schema {
    if (schema.kind !== "ref") return schema;
    const declaration = this.#declarations[schema.id];
    return declaration === undefined ? schema : this.#resolve(declaration.schema);
  }
}

function annotations(doc: string | undefined): JsonSchema {
  const { text, examples, deprecated } = readDocComment(doc);
  return {
    ...(text === undefined ? {} : { description: text }),
    ...(examples.length === 0 ? {} : { examples }),
    ...(deprecated ? { deprecated } : {}),
  };
}
