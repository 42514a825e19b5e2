import type { APIError, MiddlewareRequest } from "encore.dev/api";

/** Why a stream ended that could not go on: in its last message, in the form that an error answer has. */
export interface StreamError {
  code: string;
  message: string;
  /** Null for errors of Encore's own. */
  details: StreamErrorDetails | null;
}

interface StreamErrorDetails {
  /** A word of docs/errors.md. */
  reason: string;
  hint: string;
  retryable: boolean;
  retryAfterSeconds?: number;
}

/**
 * Tells whoever listens why, and closes. A WebSocket is open before its handler runs, so that no status can say it any more.
 * Of a message only what the stream's type has is sent.
 */
export function endStream(
  stream: NonNullable<MiddlewareRequest["stream"]>,
  { code, message, details }: APIError,
): void {
  if (!("send" in stream)) return;
  try {
    stream.send({ type: "error", error: { code, message, details: details ?? null } });
    stream.close();
  } catch {
    // Nobody listens any more.
  }
}
