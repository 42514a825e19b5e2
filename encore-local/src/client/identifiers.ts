/** Names that a generated method uses itself. */
const OWN = ["params", "headers", "query", "body", "resp", "method", "options"];

const RESERVED = new Set([
  ...OWN,
  ...["abstract", "any", "arguments", "as", "async", "await", "boolean", "break", "case", "catch", "class", "const"],
  ...["constructor", "continue", "debugger", "declare", "default", "delete", "do", "else", "enum", "eval", "export"],
  ...[
    "extends",
    "false",
    "finally",
    "for",
    "from",
    "function",
    "get",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
  ],
  ...["interface", "let", "module", "namespace", "new", "null", "number", "of", "package", "private", "protected"],
  ...["public", "require", "return", "set", "static", "string", "super", "switch", "symbol", "this", "throw", "true"],
  ...["try", "type", "typeof", "undefined", "var", "void", "while", "with", "yield"],
]);

/** An identifier of TypeScript that reads like the name. */
export function identifier(name: string): string {
  const valid = name.replace(/[^\p{L}\p{N}$_]/gu, "_");
  return /^[\p{L}$_]/u.test(valid) ? valid : `_${valid.slice(1)}`;
}

/** The name of a method's parameter. */
export function parameterName(name: string): string {
  const valid = identifier(name);
  return RESERVED.has(valid) ? `_${valid}` : valid;
}

const isPlain = (name: string): boolean => /^[A-Za-z_$][\w$]*$/.test(name);

/** A property's name in an object. */
export const propertyKey = (name: string): string => (isPlain(name) ? name : JSON.stringify(name));

/** A property of a value. */
export const member = (of: string, name: string): string =>
  isPlain(name) ? `${of}.${name}` : `${of}[${JSON.stringify(name)}]`;
