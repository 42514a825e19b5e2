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
      fields: { ...this.#state.fields, ...requestFields(request), ...fields },
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

export function createLogger({ format, level, write }: LoggerOptions): Logger {
  return new Logger({
    level: LEVELS[level],
    format: format === "json" ? formatJson : (entry) => formatText(entry, process.stderr.isTTY === true),
    write: write ?? ((line) => void process.stderr.write(line)),
    fields: {},
  });
}

function requestFields(request: Request | null | undefined): Record<string, unknown> {
  if (request === null || request === undefined) return {};
  const { data, traceId } = request;
  switch (data.kind) {
    case "call":
      return {
        service: data.endpoint.service,
        endpoint: data.endpoint.endpoint,
        trace_id: traceId,
        ...(data.authUserId === undefined ? {} : { uid: data.authUserId }),
      };
    case "auth":
      return { service: data.service, endpoint: data.endpoint, trace_id: traceId };
    case "message":
      return {
        service: data.service,
        topic: data.topic,
        subscription: data.subscription,
        message_id: data.id,
        trace_id: traceId,
      };
  }
}
