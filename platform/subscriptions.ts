import { redactedError } from "./redaction";

/**
 * A subscription's handler whose errors hold no credential. Encore logs what a handler throws, and some queues keep it; no
 * middleware stands in between.
 */
export function withoutSecrets<T>(handler: (message: T) => Promise<unknown>): (message: T) => Promise<void> {
  return async (message) => {
    try {
      await handler(message);
    } catch (error) {
      throw redactedError(error);
    }
  };
}
