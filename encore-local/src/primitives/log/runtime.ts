import type { RuntimeConfig } from "../../runtime/config";
import { LogLevel, type LogLevelValue, type RuntimeLogger } from "../../runtime/host";
import type { Request } from "../../runtime/request";
import { formatJson, formatText, type LogEntry } from "./format";

const LEVELS: Record<RuntimeConfig["log"]["level"], LogLevelValue> = {
  trace: LogLevel.Trace,
  debug: LogLevel.Debug,
  info: LogLevel.Info,
  warn: LogLevel.Warn,
  error: LogLevel.Error,
};

export interface LoggerOptions {
  format: RuntimeConfig["log"]["format"];
  level: RuntimeConfig["log"]["level"];
  /** Where lines go; standard error unless told. */
  write?: (line: string) => void;
}

interface LoggerState {
  level: LogLevelValue;
  format: (entry: LogEntry) => string;
  write: (line: string) => void;
  fields: Record<string, unknown>;
}

/** The logger behind `encore.dev/log`: a line an entry, with where in which request it was written. */
export class Logger implements RuntimeLogger {
  readonly #state: LoggerState;

  constructor(state: LoggerState) {
    this.#state = state;
  }

  log(
    request: Request | null | undefined,
    level: LogLevelValue,
    message: string,
    error?: Error,
    _caller?: string,
    fields?: Record<string, unknown>,
  ): void {
    if (level < this.#state.level) return;
    const entry: LogEntry = {
      time: new Date(),
      level,
      message,
      ...(error === undefined ? {} : { error }),
      fields: { ...this.#state.fields, ...fields, ...requestFields(request) },
    };
    this.#state.write(`${this.#state.format(entry)}\n`);
  }

  withLevel(level: LogLevelValue): Logger {
    return new Logger({ ...this.#state, level });
  }

  with(fields: Record<string, unknown>): Logger {
    return new Logger({ ...this.#state, fields: { ...this.#state.fields, ...fields } });
  }
}

export function createLogger({ format, level, write = writeSoon }: LoggerOptions): Logger {
  return new Logger({
    level: LEVELS[level],
    format: format === "json" ? formatJson : (entry) => formatText(entry, process.stderr.isTTY === true),
    write,
    fields: {},
  });
}

let pending = "";

/** Lines that are written in one turn leave together: a call of the system for each would cost requests a tenth. */
function writeSoon(line: string): void {
  if (pending === "") setImmediate(flush);
  pending += line;
}

function flush(): void {
  const lines = pending;
  pending = "";
  if (lines !== "") process.stderr.write(lines);
}

// The last words of a process that ends on its own.
process.once("exit", flush);

/** Where in which request a line was written: these win over fields of the same name. */
function requestFields(request: Request | null | undefined): Record<string, unknown> {
  if (request === null || request === undefined) return {};
  const { traceId, spanId, correlationId } = request;
  return {
    ...placeOf(request),
    span_id: spanId,
    trace_id: traceId,
    ...(correlationId === undefined ? {} : { x_correlation_id: correlationId }),
  };
}

function placeOf({ data }: Request): Record<string, unknown> {
  switch (data.kind) {
    case "call": {
      const { service, endpoint } = data.endpoint;
      return data.authUserId === undefined ? { service, endpoint } : { service, endpoint, uid: data.authUserId };
    }
    case "auth":
      return { service: data.service, endpoint: data.endpoint };
    case "message":
      return { service: data.service, topic: data.topic, subscription: data.subscription };
  }
}
