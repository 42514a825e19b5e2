import { expect, it } from "vitest";
import { LogLevel } from "../../runtime/host";
import { formatJson, formatText, type LogEntry } from "./format";
import { framesOf } from "./stack";

const circular: Record<string, unknown> = {};
circular.self = circular;

const entry: LogEntry = {
  time: new Date(2026, 0, 2, 20, 41),
  level: LogLevel.Info,
  message: "order placed",
  fields: {
    total: 12.5,
    note: "two words",
    plain: "word",
    list: [1, 2],
    at: new Date("2026-01-02T03:04:05Z"),
    big: 7n,
  },
};

it("writes a line for a terminal with fields in order of their names", () => {
  expect(formatText(entry, false)).toBe(
    '8:41PM INF order placed at="2026-01-02T03:04:05Z" big="7" list=[1,2] note="two words" plain=word total=12.5',
  );
});

it("writes an object a line when JSON is asked for", () => {
  expect(JSON.parse(formatJson(entry))).toEqual({
    level: "info",
    time: entry.time.toISOString(),
    message: "order placed",
    total: 12.5,
    note: "two words",
    plain: "word",
    list: [1, 2],
    at: "2026-01-02T03:04:05Z",
    big: "7",
  });
});

it("tells the kind of a field that JSON cannot carry, and goes on", () => {
  const fields = { run: () => undefined, none: undefined, circular, nan: Number.NaN };
  expect(JSON.parse(formatJson({ ...entry, fields }))).toMatchObject({
    run: "Function",
    none: "Undefined",
    circular: "Object",
    nan: "Number",
  });
});

it("shows where an error comes from, without Node's own frames", () => {
  const error = new Error("it broke");
  error.stack = [
    "Error: it broke",
    `    at place (${process.cwd()}/svc/orders.ts:12:3)`,
    "    at node:internal/process/task_queues:105:5",
    `    at ${process.cwd()}/svc/api.ts:7:1`,
  ].join("\n");
  expect(framesOf(error).map(({ place }) => place)).toEqual(["svc/orders.ts:12:3", "svc/api.ts:7:1"]);
  const failed = { ...entry, level: LogLevel.Error, error, fields: {} };
  expect(formatText(failed, false)).toBe(
    '8:41PM ERR order placed error="it broke"\n    at place (svc/orders.ts:12:3)\n    at <anonymous> (svc/api.ts:7:1)',
  );
  expect(JSON.parse(formatJson(failed)).stack).toEqual([
    { file: "svc/orders.ts", func: "place", line: 12 },
    { file: "svc/api.ts", func: null, line: 7 },
  ]);
});
