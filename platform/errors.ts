import { type Code, REASONS, type Reason } from "./reasons";

export type { Code, Reason } from "./reasons";

export interface DomainErrorOptions {
  /** Replaces the catalogue's hint. */
  hint?: string;
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** An error whose meaning is known. `message` says what and where; it never holds a secret. */
export class DomainError extends Error {
  override readonly name = "DomainError";
  readonly hint: string;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly reason: Reason,
    message: string,
    options: DomainErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint ?? REASONS[reason].hint;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get code(): Code {
    return REASONS[this.reason].code;
  }

  get retryable(): boolean {
    return REASONS[this.reason].retryable;
  }
}

/** What `details` of an error answer holds. */
export interface ErrorDetails {
  reason: Reason;
  hint: string;
  retryable: boolean;
  retryAfterSeconds?: number;
}

export function errorDetails(error: DomainError): ErrorDetails {
  return {
    reason: error.reason,
    hint: error.hint,
    retryable: error.retryable,
    ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
  };
}
