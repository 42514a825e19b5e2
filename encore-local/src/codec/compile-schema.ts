import type { Declaration, Field, Schema } from "../model/types";
import { ArrayVisitor, MapVisitor, ObjectVisitor, UnionVisitor } from "./compound-visitors";
import {
  AnyVisitor,
  BooleanVisitor,
  DateVisitor,
  DecimalVisitor,
  LiteralVisitor,
  NullVisitor,
  NumberVisitor,
  StringVisitor,
} from "./scalar-visitors";
import type { SchemaVisitor } from "./schema-visitor";
import { compileValidation } from "./validation";
import { NamedVisitor, ValidatedVisitor } from "./wrapping-visitors";

export interface SchemaCompilerOptions {
  declarations: Record<string, Declaration>;
  /** Makes the app's `Decimal`. */
  decimal: (value: string) => unknown;
  /** For query strings: text stands for numbers and booleans too, and a repeated name makes an array. */
  fromQuery: boolean;
}

/** Turns schemas into visitors, each named type once. */
export class SchemaCompiler {
  readonly #options: SchemaCompilerOptions;
  readonly #named = new Map<string, NamedVisitor>();

  constructor(options: SchemaCompilerOptions) {
    this.#options = options;
  }

  compile(schema: Schema): SchemaVisitor {
    const visitor = this.#shape(schema);
    return schema.validation ? new ValidatedVisitor(visitor, compileValidation(schema.validation)) : visitor;
  }

  object(fields: readonly Field[]): ObjectVisitor {
    return new ObjectVisitor(
      fields.map(({ name, optional, schema }) => ({ name, optional, visitor: this.compile(schema) })),
    );
  }

  #shape(schema: Schema): SchemaVisitor {
    const coerce = this.#options.fromQuery;
    switch (schema.kind) {
      case "any":
        return new AnyVisitor();
      case "null":
        return new NullVisitor(coerce);
      case "boolean":
        return new BooleanVisitor(coerce);
      case "number":
        return new NumberVisitor(coerce);
      case "string":
        return new StringVisitor();
      case "date":
        return new DateVisitor();
      // Encore gives the app a Decimal for a field declared as bigint, too.
      case "bigint":
      case "decimal":
        return new DecimalVisitor(this.#options.decimal);
      case "literal":
        return new LiteralVisitor(schema.value, coerce);
      case "array":
        return new ArrayVisitor(this.compile(schema.element), coerce);
      case "map":
        return new MapVisitor(this.compile(schema.value));
      case "object":
        return this.object(schema.fields);
      case "union":
        return new UnionVisitor(schema.types.map((type) => this.compile(type)));
      case "ref":
        return this.#reference(schema.id);
    }
  }

  #reference(id: string): NamedVisitor {
    const known = this.#named.get(id);
    if (known) return known;
    const visitor = new NamedVisitor(() => this.compile(this.#declaration(id).schema));
    this.#named.set(id, visitor);
    return visitor;
  }

  #declaration(id: string): Declaration {
    const declaration = this.#options.declarations[id];
    if (!declaration) throw new Error(`The app's model refers to the type ${id}, which it does not declare.`);
    return declaration;
  }
}
