import { styleText } from "node:util";
import { encodeJson, UnsupportedValue } from "../../codec/js-value";
import { LogLevel, type LogLevelValue } from "../../runtime/host";
import { framesOf } from "./stack";

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
  let text = `{"level":"${NAMES[level]}","time":"${time.toISOString()}","message":${JSON.stringify(message)}`;
  for (const name in fields) text += `,${JSON.stringify(name)}:${fieldJson(fields[name])}`;
  if (error !== undefined) {
    const stack = framesOf(error).map(({ file, line, function: name }) => ({ file, func: name, line }));
    text += `,"error":${JSON.stringify(String(error.message))}`;
    if (stack.length > 0) text += `,"stack":${JSON.stringify(stack)}`;
  }
  return `${text}}`;
}

const LABELS: Record<LogLevelValue, { text: string; colour: "gray" | "yellow" | "green" | "red" | "magenta" }> = {
  [LogLevel.Trace]: { text: "TRC", colour: "magenta" },
  [LogLevel.Debug]: { text: "DBG", colour: "gray" },
  [LogLevel.Info]: { text: "INF", colour: "green" },
  [LogLevel.Warn]: { text: "WRN", colour: "yellow" },
  [LogLevel.Error]: { text: "ERR", colour: "red" },
};

/** For a terminal: `8:41PM INF message key=value`, fields in order of their names, the stack of an error below it. */
export function formatText({ time, level, message, error, fields }: LogEntry, coloured: boolean): string {
  const paint = (colour: Parameters<typeof styleText>[0], text: string) => (coloured ? styleText(colour, text) : text);
  const { text, colour } = LABELS[level];
  let line = `${paint("gray", clock(time))} ${paint(colour, text)}${message === "" ? "" : ` ${message}`}`;
  if (error !== undefined) line += ` ${paint("red", "error=")}${fieldText(String(error.message))}`;
  for (const name of Object.keys(fields).sort()) line += ` ${paint("cyan", `${name}=`)}${fieldText(fields[name])}`;
  if (level !== LogLevel.Error || error === undefined) return line;
  const frames = framesOf(error).map((frame) => `\n    at ${frame.function ?? "<anonymous>"} (${frame.place})`);
  return line + frames.join("");
}

function clock(time: Date): string {
  const hours = time.getHours();
  const minutes = String(time.getMinutes()).padStart(2, "0");
  return `${hours % 12 === 0 ? 12 : hours % 12}:${minutes}${hours < 12 ? "AM" : "PM"}`;
}

function fieldText(value: unknown): string {
  if (typeof value === "string") return /^[^\s"\\]+$/.test(value) ? value : JSON.stringify(value);
  return typeof value === "number" ? String(value) : fieldJson(value);
}

/** A value that JSON cannot carry is told by its kind, so that logging never fails. */
function fieldJson(value: unknown): string {
  try {
    return encodeJson(value);
  } catch (error) {
    if (!(error instanceof UnsupportedValue)) throw error;
    const kind = typeof value;
    return `"${kind.charAt(0).toUpperCase()}${kind.slice(1)}"`;
  }
}
