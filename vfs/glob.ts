import { DomainError } from "../platform/errors";

const TOKEN = /\*\*\/|\*\*|\[[!^]?\]?[^\]]*\]|\\.|./gsu;

/**
 * A glob as a regular expression for RE2, which takes time in proportion to the text whatever the pattern is; the usual
 * libraries make expressions for the engine of the language, where a hostile pattern can take for ever. `*` and `?` stay
 * within a segment, `**` spans segments, `[a-z]`, `[!a-z]`, `{a,b}` and `\` mean what they do in a shell. Throws
 * `invalid_pattern`.
 */
export function globToRegExp(glob: string): string {
  let pattern = "";
  let depth = 0;
  for (const token of glob.match(TOKEN) ?? []) {
    if (token === "{") depth += 1;
    if (token === "}") depth -= 1;
    if (depth < 0) throw unbalanced(glob);
    pattern += depth > 0 && token === "," ? "|" : (WORDS[token] ?? plain(token));
  }
  if (depth !== 0) throw unbalanced(glob);
  return `^(?:${pattern})$`;
}

const WORDS: Record<string, string> = {
  "**/": "(?:[^/]*/)*",
  "**": ".*",
  "*": "[^/]*",
  "?": "[^/]",
  "{": "(?:",
  "}": ")",
};

function plain(token: string): string {
  if (token.startsWith("[") && token.length > 1) return characterClass(token.slice(1, -1));
  return quoted(token.length > 1 && token.startsWith("\\") ? token.slice(1) : token);
}

function characterClass(inner: string): string {
  const negated = /^[!^]/.test(inner);
  const members = (negated ? inner.slice(1) : inner).replace(/[\\[\]^&~]/g, "\\$&");
  return negated ? `[^/${members}]` : `[${members}]`;
}

export function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

function unbalanced(glob: string): DomainError {
  return new DomainError("invalid_pattern", `the braces of the name pattern '${glob}' do not belong together`);
}
