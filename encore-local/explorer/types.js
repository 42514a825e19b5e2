import { h } from "./dom.js";
import { store } from "./store.js";

const RULES = {
  minLen: (value) => `at least ${value} long`,
  maxLen: (value) => `at most ${value} long`,
  min: (value) => `at least ${value}`,
  max: (value) => `at most ${value}`,
  startsWith: (value) => `begins with "${value}"`,
  endsWith: (value) => `ends with "${value}"`,
  matchesRegexp: (value) => `matches ${value}`,
  isEmail: () => "an e-mail address",
  isURL: () => "a URL",
};

/** The rules of a schema in words; undefined for none. */
export function rulesOf({ validation }) {
  return validation && inWords(validation);
}

function inWords(expression) {
  if (expression.kind === "rule") return RULES[expression.rule.name](expression.rule.value);
  return expression.exprs.map(inWords).join(expression.kind === "and" ? ", " : " or ");
}

/** A schema as TypeScript would name it. Objects without a name are cut short. */
export function typeName(schema) {
  switch (schema.kind) {
    case "literal":
      return JSON.stringify(schema.value);
    case "date":
      return "Date";
    case "decimal":
      return "Decimal";
    case "any":
      return "any";
    case "array":
      return schema.element.kind === "union" ? `(${typeName(schema.element)})[]` : `${typeName(schema.element)}[]`;
    case "map":
      return `Record<string, ${typeName(schema.value)}>`;
    case "object":
      return "object";
    case "union":
      return schema.types.map(typeName).join(" | ");
    case "ref":
      return store.app.declarations[schema.id]?.name ?? schema.id;
    default:
      return schema.kind;
  }
}

/** A schema as a table of its fields, those of nested types below it. A type within itself is only named. */
export function schemaView(schema, above = new Set()) {
  const declaration = schema.kind === "ref" ? store.app.declarations[schema.id] : undefined;
  if (declaration) {
    if (above.has(schema.id)) return null;
    return schemaView(declaration.schema, new Set([...above, schema.id]));
  }
  if (schema.kind === "array") return schemaView(schema.element, above);
  if (schema.kind === "map") return schemaView(schema.value, above);
  if (schema.kind === "union") return schema.types.map((type) => schemaView(type, above));
  if (schema.kind !== "object") return null;
  return h(
    "ul",
    { class: "fields" },
    schema.fields.map((field) => fieldView(field, above)),
  );
}

function fieldView({ name, optional, schema, doc, wire }, above) {
  const rules = rulesOf(schema);
  const place = wire && ("name" in wire ? `${wire.in} ${wire.name}` : wire.in);
  const nested = schemaView(schema, above);
  return h(
    "li",
    {},
    h("code", { class: "name" }, name, optional ? "?" : ""),
    " ",
    h("code", { class: "type" }, typeName(schema)),
    place ? h("span", { class: "tag" }, place) : null,
    rules ? h("span", { class: "rule" }, rules) : null,
    doc ? h("p", { class: "doc" }, doc) : null,
    nested,
  );
}
