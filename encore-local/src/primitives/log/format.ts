import { inspect, styleText } from "node:util";
import { LogLevel, type LogLevelValue } from "../../runtime/host";

export interface LogEntry {
  time: Date;
  level: LogLevelValue;
  message: string;
  error?: Error;
  fields: Record<string, unknown>;
}

const NAMES: Record<LogLevelValue, string> = {
  [LogLevel.Trace]: "trace",
  [LogLevel.Debug]: "debug",
  [LogLevel.Info]: "info",
  [LogLevel.Warn]: "warn",
  [LogLevel.Error]: "error",
};

/** One JSON object: level, time (RFC 3339), message, the fields, and of an error its message and stack. */
export function formatJson({ time, level, message, error, fields }: LogEntry): string {
  return JSON.stringify(
    {
      level: NAMES[level],
      time: time.toISOString(),
      message,
      ...fields,
      ...(error === undefined ? {} : { error: error.message, stack: error.stack }),
    },
    jsonValue,
  );
}

const LABELS: Record<LogLevelValue, { text: string; colour: "gray" | "yellow" | "green" | "red" | "magenta" }> = {
  [LogLevel.Trace]: { text: "TRC", colour: "magenta" },
  [LogLevel.Debug]: { text: "DBG", colour: "gray" },
  [LogLevel.Info]: { text: "INF", colour: "green" },
  [LogLevel.Warn]: { text: "WRN", colour: "yellow" },
  [LogLevel.Error]: { text: "ERR", colour: "red" },
};

/** For a terminal: `8:41PM INF message key=value`, the stack of an error below it. */
export function formatText({ time, level, message, error, fields }: LogEntry, coloured: boolean): string {
  const paint = (colour: Parameters<typeof styleText>[0], text: string) => (coloured ? styleText(colour, text) : text);
  const { text, colour } = LABELS[level];
  const parts = [paint("gray", clock(time)), paint(colour, text), message];
  if (error !== undefined) parts.push(`${paint("red", "error=")}${fieldText(error.message)}`);
  for (const [name, value] of Object.entries(fields)) parts.push(`${paint("cyan", `${name}=`)}${fieldText(value)}`);
  const line = parts.filter((part) => part !== "").join(" ");
  const stack = level === LogLevel.Error ? error?.stack : undefined;
  return stack === undefined ? line : `${line}\n${stack.split("\n").slice(1).join("\n")}`;
}

function clock(time: Date): string {
  const hours = time.getHours();
  const minutes = String(time.getMinutes()).padStart(2, "0");
  return `${hours % 12 === 0 ? 12 : hours % 12}:${minutes}${hours < 12 ? "AM" : "PM"}`;
}

function fieldText(value: unknown): string {
  if (typeof value === "string") return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  const json = JSON.stringify(value, jsonValue);
  return json ?? inspect(value);
}

function jsonValue(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
