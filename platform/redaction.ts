/**
 * Takes credentials out of text that leaves the process: log lines, errors, stored reasons. The patterns are those of
 * the credentials that this product handles: GitHub tokens, Daytona keys, JWTs, database URIs, PEM blocks.
 */

const REDACTED = "[redacted]";

interface Pattern {
  expression: RegExp;
  replacement: string;
}

const PATTERNS: readonly Pattern[] = [
  {
    expression: /-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)/g,
    replacement: REDACTED,
  },
  {
    expression: /\b(authorization|proxy-authorization)(["']?\s*[:=]\s*["']?)[^"'\r\n,}]+/gi,
    replacement: `$1$2${REDACTED}`,
  },
  { expression: /\b(cookie|set-cookie)(["']?\s*[:=]\s*["']?)[^"'\r\n}]+/gi, replacement: `$1$2${REDACTED}` },
  {
    expression:
      /\b(x-api-key|api[-_]?key|password|passwd|secret|token|access_token)(["']?\s*[:=]\s*["']?)[^\s"'&,;}]+/gi,
    replacement: `$1$2${REDACTED}`,
  },
  { expression: /\b(Bearer|Basic)\s+[^\s"',}]+/gi, replacement: `$1 ${REDACTED}` },
  { expression: /\bgh[pousr]_[A-Za-z0-9_]{36,}/g, replacement: REDACTED },
  { expression: /\bgithub_pat_\w{22,}/g, replacement: REDACTED },
  { expression: /\bdtn_?[0-9a-f]{16,}/gi, replacement: REDACTED },
  { expression: /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, replacement: REDACTED },
  // The user name goes as well: with some services the token stands there.
  { expression: /(:\/\/)[^/\s@"']+@/g, replacement: `$1${REDACTED}@` },
  {
    expression: /([?&](?:token|access_token|sig|signature|x-amz-signature)=)[^&\s"']+/gi,
    replacement: `$1${REDACTED}`,
  },
];

/** The same text with every credential that the patterns know replaced by `[redacted]`. */
export function redact(text: string): string {
  return PATTERNS.reduce((current, { expression, replacement }) => current.replace(expression, replacement), text);
}

/** The message of whatever was thrown, redacted. Never the whole object: clients put request headers into theirs. */
export function redactedMessage(thrown: unknown): string {
  return redact(thrown instanceof Error ? thrown.message : String(thrown));
}
