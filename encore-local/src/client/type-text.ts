import { declarationNames } from "../model/declaration-names";
import { serviceOf } from "../model/services";
import type { AppModel, Declaration, Field, Schema } from "../model/types";
import { docText, indent } from "./doc-text";
import { identifier, propertyKey } from "./identifiers";

/**
 * Writes the model's schemas as types of TypeScript, as a caller meets them: a date or a decimal is text, cookies are the
 * browser's. Named types lie in the namespace of their service; those that something refers to are remembered.
 */
export class TypeText {
  readonly #declarations: Record<string, Declaration>;
  readonly #namespaces = new Map<string, string>();
  readonly #names = new Map<string, string>();
  readonly #used = new Set<string>();

  constructor({ declarations, services }: AppModel) {
    this.#declarations = declarations;
    for (const [id, { location }] of Object.entries(declarations)) {
      const folder = location.file.split("/").at(-2) ?? "app";
      this.#namespaces.set(id, identifier(serviceOf(location.file, services) ?? folder));
    }
    for (const namespace of new Set(this.#namespaces.values())) {
      const own = Object.keys(declarations).filter((id) => this.#namespaces.get(id) === namespace);
      for (const [id, name] of declarationNames(declarations, own)) this.#names.set(id, name);
    }
  }

  of(schema: Schema, namespace?: string): string {
    switch (schema.kind) {
      case "any":
        return "any";
      case "string":
      case "number":
      case "boolean":
      case "null":
        return schema.kind;
      case "date":
      case "bigint":
      case "decimal":
        return "string";
      case "literal":
        return JSON.stringify(schema.value);
      case "array":
        return `${this.#element(schema.element, namespace)}[]`;
      case "map":
        return `{ [key: string]: ${this.of(schema.value, namespace)} }`;
      case "object":
        return this.object(schema.fields, namespace);
      case "union":
        return [...new Set(schema.types.map((type) => this.of(type, namespace)))].join(" | ");
      case "ref":
        return this.#reference(schema.id, namespace);
    }
  }

  object(fields: Field[], namespace?: string): string {
    const seen = fields.filter(({ wire }) => wire?.in !== "cookie" && wire?.in !== "status");
    if (seen.length === 0) return "{}";
    const lines = seen.map(({ name, optional, schema, doc }) => {
      const text = `${propertyKey(name)}${optional ? "?" : ""}: ${this.of(schema, namespace)};\n`;
      return docText(doc) + text;
    });
    return `{\n${indent(lines.join(""))}}`;
  }

  /** The named type itself where the fields are all that a caller sees of it; else an object of them. */
  objectOf(schema: Schema, fields: Field[], namespace?: string): string {
    const seen = this.fieldsOf(schema).filter(({ wire }) => wire?.in !== "cookie" && wire?.in !== "status");
    return seen.length === fields.length ? this.of(schema, namespace) : this.object(fields, namespace);
  }

  fieldsOf(schema: Schema): Field[] {
    if (schema.kind === "object") return schema.fields;
    const declaration = schema.kind === "ref" ? this.#declarations[schema.id] : undefined;
    return declaration === undefined ? [] : this.fieldsOf(declaration.schema);
  }

  /** The types that were referred to so far, by namespace, each written out. Writing them may add some more. */
  declarations(): Map<string, string[]> {
    const written = new Map<string, Map<string, string>>();
    // A set that grows while it is gone through gives what was added, too.
    for (const id of this.#used) {
      const namespace = this.#namespaces.get(id) ?? "";
      const name = this.#names.get(id) ?? "";
      const texts = written.get(namespace) ?? new Map<string, string>();
      written.set(namespace, texts.set(name, this.#declaration(id, name, namespace)));
    }
    const sorted = ([a]: [string, string], [b]: [string, string]) => (a < b ? -1 : 1);
    return new Map(
      [...written].map(([namespace, texts]) => [namespace, [...texts].sort(sorted).map(([, text]) => text)]),
    );
  }

  #declaration(id: string, name: string, namespace: string): string {
    const { schema, doc } = this.#declarations[id] ?? { schema: { kind: "any" } as const };
    const type = this.of(schema, namespace);
    const text = schema.kind === "object" ? `export interface ${name} ${type}\n` : `export type ${name} = ${type};\n`;
    return docText(doc) + text;
  }

  #reference(id: string, namespace: string | undefined): string {
    this.#used.add(id);
    const own = this.#namespaces.get(id);
    const name = this.#names.get(id) ?? "any";
    return own === namespace || own === undefined ? name : `${own}.${name}`;
  }

  #element(schema: Schema, namespace: string | undefined): string {
    const text = this.of(schema, namespace);
    return schema.kind === "union" ? `(${text})` : text;
  }
}
