import { asPayload, encodeJson, UnsupportedValue } from "../codec/js-value";

/** HTTP status by error code, Encore's own list. */
export const STATUS = {
  canceled: 499,
  unknown: 500,
  invalid_argument: 400,
  deadline_exceeded: 504,
  not_found: 404,
  already_exists: 409,
  permission_denied: 403,
  resource_exhausted: 429,
  failed_precondition: 400,
  aborted: 409,
  out_of_range: 400,
  unimplemented: 501,
  internal: 500,
  unavailable: 503,
  data_loss: 500,
  unauthenticated: 401,
} as const;

export type ErrorCode = keyof typeof STATUS;

const INTERNAL_MESSAGE = "an internal error occurred";

export interface ApiFailureOptions {
  internalMessage?: string | null;
  details?: Record<string, unknown> | null;
  cause?: unknown;
}

/** An error on its way to the caller of an endpoint. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly code: ErrorCode;
  /** For developers; it leaves the process only because this is a development server, as under `encore run`. */
  readonly internalMessage: string | null;
  readonly details: Record<string, unknown> | null;

  constructor(code: ErrorCode, message: string, options: ApiFailureOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.internalMessage = options.internalMessage ?? null;
    this.details = options.details ?? null;
  }

  get status(): number {
    return STATUS[this.code];
  }

  /** The body of the answer. */
  toJson(): string {
    const details = this.details === null ? "null" : encodeJson(this.details);
    const text = JSON.stringify({ code: this.code, message: this.message });
    return `${text.slice(0, -1)},"details":${details},"internal_message":${JSON.stringify(this.internalMessage)}}`;
  }

  static internal(internalMessage: string, cause?: unknown): ApiFailure {
    return new ApiFailure("internal", INTERNAL_MESSAGE, { internalMessage, cause });
  }

  static invalidArgument(message: string, internalMessage: string | null = null): ApiFailure {
    return new ApiFailure("invalid_argument", message, { internalMessage });
  }

  static notFound(message: string, internalMessage: string): ApiFailure {
    return new ApiFailure("not_found", message, { internalMessage });
  }
}

/**
 * What a handler threw, as the caller gets it to see: an `APIError` with its code and details, anything else as an
 * internal error whose message stays inside.
 */
export function toApiFailure(thrown: unknown): ApiFailure {
  if (thrown instanceof ApiFailure) return thrown;
  if (thrown === null || thrown === undefined) return ApiFailure.internal("an unknown exception was thrown", thrown);
  const error = Object(thrown) as { message?: unknown; code?: unknown; details?: unknown; cause?: unknown };
  const message = `${text(error.message)}${causeOf(error.cause)}`;
  const code = typeof error.code === "string" && error.code in STATUS ? (error.code as ErrorCode) : "internal";
  const details = detailsOf(error.details);
  if (details instanceof ApiFailure) return details;
  if (code === "internal") {
    return new ApiFailure(code, INTERNAL_MESSAGE, { internalMessage: message, details, cause: thrown });
  }
  return new ApiFailure(code, message, { details, cause: thrown });
}

const text = (value: unknown): string => (typeof value === "symbol" ? value.toString() : String(value));

function causeOf(cause: unknown): string {
  if (cause === null || cause === undefined) return "";
  return `: ${text((Object(cause) as { message?: unknown }).message)}`;
}

/** Details must be representable, else the error itself is replaced: the caller would get half of it otherwise. */
function detailsOf(details: unknown): Record<string, unknown> | null | ApiFailure {
  try {
    const payload = asPayload(details);
    if (payload !== null) encodeJson(payload);
    return payload;
  } catch (error) {
    if (error instanceof UnsupportedValue)
      return ApiFailure.internal(`unable to parse error details: InvalidArg, ${error.message}`);
    throw error;
  }
}
