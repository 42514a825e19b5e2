import encoreLog, { type FieldsObject } from "encore.dev/log";
import { redact, redactedError, redactedFields } from "./redaction";

/**
 * Encore's log with the redaction in front of it. Nothing else imports `encore.dev/log`; the linter holds it to that.
 */
const log = {
  trace: (message: string, fields?: FieldsObject): void => encoreLog.trace(redact(message), redactedFields(fields)),
  debug: (message: string, fields?: FieldsObject): void => encoreLog.debug(redact(message), redactedFields(fields)),
  info: (message: string, fields?: FieldsObject): void => encoreLog.info(redact(message), redactedFields(fields)),
  warn: (message: string, fields?: FieldsObject): void => encoreLog.warn(redact(message), redactedFields(fields)),
  error: (message: string, fields?: FieldsObject): void => encoreLog.error(redact(message), redactedFields(fields)),
  /** An error that nobody expected, with its stack and its causes. */
  failure: (error: unknown, message: string, fields?: FieldsObject): void =>
    encoreLog.error(redactedError(error), redact(message), redactedFields(fields)),
};

export default log;
