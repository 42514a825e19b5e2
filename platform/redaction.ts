/**
 * Takes credentials out of text that leaves the process: log lines, errors, stored reasons. The patterns are those of
 * the credentials that this product handles: GitHub tokens, Daytona keys, JWTs, database URIs, PEM blocks. Those that the
 * process works with are known by their value as well, whatever they look like.
 */

const REDACTED = "[redacted]";

interface Pattern {
  expression: RegExp;
  replacement: string;
}

/** `<token>` is a place for one, as hints have it. */
const PATTERNS: readonly Pattern[] = [
  {
    expression: /-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)/g,
    replacement: REDACTED,
  },
  {
    expression: /\b((?:proxy-)?authorization)(\\*["']?\s*[:=]\s*\\*["']?)(?!\s*Bearer (?:dev:)?<)[^"'\\\r\n,}]+/gi,
    replacement: `$1$2${REDACTED}`,
  },
  {
    expression: /\b((?:set-)?cookie)(\\*["']?\s*[:=]\s*\\*["']?)[^"'\\\r\n}]+/gi,
    replacement: `$1$2${REDACTED}`,
  },
  {
    expression:
      /\b([\w-]{0,40}(?:api[-_]?key|password|passwd|secret|token))(\\*["']?\s*[:=]\s*\\*["']?)[^\s"'\\&,;}]+/gi,
    replacement: `$1$2${REDACTED}`,
  },
  { expression: /\b(Bearer|Basic)\s+(?!\s*(?:dev:)?<)[^\s"',}]+/gi, replacement: `$1 ${REDACTED}` },
  { expression: /\bgh[pousr]_[A-Za-z0-9_]{36,}/g, replacement: REDACTED },
  { expression: /\bgithub_pat_\w{22,}/g, replacement: REDACTED },
  { expression: /\bdtn_?[0-9a-f]{16,}/gi, replacement: REDACTED },
  { expression: /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, replacement: REDACTED },
  // A password may hold a slash or an at sign that nobody has encoded.
  {
    expression: /\b((?:mongodb(?:\+srv)?|postgres(?:ql)?|mysql|rediss?|amqps?):\/\/)[^\s"'<>]*@/gi,
    replacement: `$1${REDACTED}@`,
  },
  // The user name goes as well: with some services the token stands there.
  { expression: /(:\/\/)[^/\s@"']+@/g, replacement: `$1${REDACTED}@` },
  {
    expression: /([?&](?:token|access_token|sig|signature|x-amz-signature)=)[^&\s"']+/gi,
    replacement: `$1${REDACTED}`,
  },
];

/** Shorter ones would be found in innocent text. */
const MIN_KNOWN_LENGTH = 16;
const MAX_KNOWN = 200;
const known = new Set<string>();

/** Has this credential taken out of all text from now on. Only the latest ones are remembered. */
export function rememberCredential(credential: string): void {
  if (credential.length < MIN_KNOWN_LENGTH) return;
  known.delete(credential);
  known.add(credential);
  const [oldest] = known;
  if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
}

/** The same text with every credential that is known, or that a pattern knows, replaced by `[redacted]`. */
export function redact(text: string): string {
  let current = text;
  for (const credential of known) current = current.replaceAll(credential, REDACTED);
  return PATTERNS.reduce((soFar, { expression, replacement }) => soFar.replace(expression, replacement), current);
}

/** The message of whatever was thrown, redacted. Never the whole object: clients put request headers into theirs. */
export function redactedMessage(thrown: unknown): string {
  return redact(thrown instanceof Error ? thrown.message : String(thrown));
}

const MAX_DEPTH = 8;

/** Name, message, stack and causes of whatever was thrown, redacted, and none of its other properties. */
export function redactedError(thrown: unknown, depth = 0): Error {
  const { cause } = Object(thrown) as { cause?: unknown };
  const hasCause = cause !== undefined && cause !== null && depth < MAX_DEPTH;
  const copy = new Error(redactedMessage(thrown), hasCause ? { cause: redactedError(cause, depth + 1) } : undefined);
  copy.name = thrown instanceof Error ? thrown.name : "Error";
  if (thrown instanceof Error && thrown.stack !== undefined) copy.stack = redact(thrown.stack);
  return copy;
}

const SECRET_NAME = /(?:^|[-_])(?:authorization|cookie)$|(?:api[-_]?key|password|passwd|secret|token)$/i;

/** The same fields with the text in them redacted, and nothing of what stands under the name of a credential. */
export function redactedFields<T>(fields: T): T {
  return redactedValue(fields, 0) as T;
}

function redactedValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return redact(value);
  if (value instanceof Error) return redactedMessage(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth > MAX_DEPTH) return REDACTED;
  if (Array.isArray(value)) return value.map((item) => redactedValue(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const hidden = SECRET_NAME.test(name) && item !== null && item !== undefined;
      return [name, hidden ? REDACTED : redactedValue(item, depth + 1)];
    }),
  );
}
