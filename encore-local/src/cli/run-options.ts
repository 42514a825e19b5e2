import path from "node:path";
import type { RuntimeConfig } from "../runtime/config";
import { parseCommandArgs, requireAppRoot, UsageError } from "./command";

/** What `encore-local run` was told. */
export interface RunOptions {
  root: string;
  host: string;
  port: number;
  dataDir: string;
  secretsFile: string;
  cron: boolean;
  watch: boolean;
  /** Undefined for none. */
  explorerPort: number | undefined;
  log: RuntimeConfig["log"];
}

/** @throws UsageError */
export function readRunOptions(args: string[]): RunOptions {
  const { values } = parseCommandArgs({
    args,
    options: {
      port: { type: "string", default: "4000" },
      host: { type: "string", default: "127.0.0.1" },
      "data-dir": { type: "string" },
      secrets: { type: "string" },
      cron: { type: "boolean", default: false },
      "no-watch": { type: "boolean", default: false },
      "explorer-port": { type: "string", default: "9400" },
      "no-explorer": { type: "boolean", default: false },
      "log-format": { type: "string", default: "text" },
      "log-level": { type: "string", default: "trace" },
    },
  });
  const root = requireAppRoot();
  const explorerPort = values["no-explorer"] ? 0 : portNumber("--explorer-port", values["explorer-port"], 0);
  return {
    root,
    host: values.host,
    port: portNumber("--port", values.port, 1),
    dataDir: path.resolve(values["data-dir"] ?? path.join(root, ".encore-local")),
    secretsFile: path.resolve(values.secrets ?? path.join(root, ".secrets.local.cue")),
    cron: values.cron,
    watch: !values["no-watch"],
    explorerPort: explorerPort === 0 ? undefined : explorerPort,
    log: {
      format: oneOf("--log-format", values["log-format"], ["text", "json"]),
      level: oneOf("--log-level", values["log-level"], ["trace", "debug", "info", "warn", "error"]),
    },
  };
}

function portNumber(option: string, value: string, least: number): number {
  const port = Number(value);
  if (value === "" || !Number.isInteger(port) || port < least || port > 65_535) {
    throw new UsageError(`${option} ${value} is no port number`);
  }
  return port;
}

function oneOf<const T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new UsageError(`${option} ${value}: it must be ${allowed.join(", ")}`);
  return found;
}
