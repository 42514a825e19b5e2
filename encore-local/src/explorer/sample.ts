import type { Declaration, Field, Schema, ValidationExpr, ValidationRule } from "../model/types";

type Declarations = Record<string, Declaration>;

const MOST_DEPTH = 5;

/** The bounds that rules set; the first alternative of several. */
type Bounds = Partial<Record<ValidationRule["name"], number | string | true>>;

/** A value that fits a schema, for a form to begin with. Patterns are not carried out. */
export function sampleOf(schema: Schema, declarations: Declarations, name = "", depth = 0): unknown {
  const bounds = schema.validation === undefined ? {} : boundsOf(schema.validation);
  switch (schema.kind) {
    case "any":
      return {};
    case "null":
      return null;
    case "string":
      return sampleText(name, bounds);
    case "number":
      return sampleNumber(bounds);
    case "bigint":
    case "decimal":
      return String(sampleNumber(bounds));
    case "boolean":
      return true;
    case "date":
      return "2026-01-31T12:00:00Z";
    case "literal":
      return schema.value;
    case "array":
      return sampleList(schema.element, { declarations, name, depth, bounds });
    case "map":
      return depth > MOST_DEPTH ? {} : { key: sampleOf(schema.value, declarations, name, depth + 1) };
    case "object":
      return sampleObject(schema.fields, declarations, depth);
    case "union": {
      const [first = { kind: "null" }] = schema.types.filter(({ kind }) => kind !== "null");
      return sampleOf(first, declarations, name, depth);
    }
    case "ref": {
      const target = declarations[schema.id]?.schema;
      return target === undefined || depth > MOST_DEPTH ? {} : sampleOf(target, declarations, name, depth);
    }
  }
}

/** Optional fields are left out further down, where types may contain themselves. */
export function sampleObject(fields: readonly Field[], declarations: Declarations, depth = 0): Record<string, unknown> {
  const shown = fields.filter(({ optional }) => !optional || depth < 2);
  return Object.fromEntries(
    shown.map(({ name, schema }) => [name, sampleOf(schema, declarations, name, depth + 1)] as const),
  );
}

function sampleList(
  element: Schema,
  { declarations, name, depth, bounds }: { declarations: Declarations; name: string; depth: number; bounds: Bounds },
): unknown[] {
  if (depth > MOST_DEPTH) return [];
  const length = typeof bounds.minLen === "number" ? Math.max(1, bounds.minLen) : 1;
  return Array.from({ length }, () => sampleOf(element, declarations, name, depth + 1));
}

function sampleNumber({ min, max }: Bounds): number {
  const least = typeof min === "number" ? min : Number.NEGATIVE_INFINITY;
  const most = typeof max === "number" ? max : Number.POSITIVE_INFINITY;
  return Math.min(Math.max(1, Math.ceil(least)), most);
}

function sampleText(name: string, { minLen, maxLen, startsWith, endsWith, isEmail, isURL }: Bounds): string {
  if (isEmail) return "ada@example.com";
  if (isURL) return "https://example.com/";
  const start = typeof startsWith === "string" ? startsWith : "";
  const end = typeof endsWith === "string" ? endsWith : "";
  const most = typeof maxLen === "number" ? Math.max(0, maxLen - start.length - end.length) : undefined;
  const middle = (/^url$|Url$|^target$/.test(name) && start.startsWith("http") ? "example.com" : name || "text").slice(
    0,
    most,
  );
  const least = typeof minLen === "number" ? Math.max(0, minLen - start.length - end.length) : 0;
  return start + middle.padEnd(least, "x") + end;
}

function boundsOf(expression: ValidationExpr): Bounds {
  if (expression.kind === "rule") {
    const { rule } = expression;
    return { [rule.name]: "value" in rule ? rule.value : true };
  }
  const parts = expression.kind === "or" ? expression.exprs.slice(0, 1) : expression.exprs;
  return Object.assign({}, ...parts.map(boundsOf)) as Bounds;
}
