/** How Encore's messages write values. Its runtime is written in Rust, so these are Rust's notations. */

const ESCAPES: Record<string, string> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\0": "\\0",
};

/** What does not show on its own: controls, unassigned, spaces but the plain one, marks that join what is before them. */
const ESCAPED = /["\\]|(?! )[\p{C}\p{Z}\p{Grapheme_Extend}]/gu;

/** A string in double quotes with escapes. */
export function quoted(text: string): string {
  return `"${text.replace(ESCAPED, (c) => ESCAPES[c] ?? `\\u{${c.codePointAt(0)?.toString(16)}}`)}"`;
}

/** A floating point number the way JSON errors show it: always with a fraction or an exponent, which comes early. */
export function floatText(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-5)) return value.toExponential();
  const text = String(value);
  return text.includes(".") ? text : `${text}.0`;
}

/** A bound of a validation rule: never an exponent, no needless fraction. */
export function boundText(value: number): string {
  return Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

/** A number as JSON text would show it. */
export function numberText(value: number | bigint): string {
  return typeof value === "number" && !Number.isInteger(value) ? floatText(value) : String(value);
}

/** "a", "a or b", "a, b, or c". */
export function alternatives(names: string[]): string {
  if (names.length < 3) return names.join(" or ");
  return `${names.slice(0, -1).join(", ")}, or ${names.at(-1)}`;
}

/** The names of several missing fields. */
export function fieldList(names: string[]): string {
  const marked = names.map((name) => `\`${name}\``);
  if (marked.length < 3) return marked.join(" and ");
  return `${marked.slice(0, -1).join(", ")}, and ${marked.at(-1)}`;
}
