import type { AppModel } from "../model/types";

/**
 * What the command line hands to the process that runs the app. It lies in the file that `ENCORE_LOCAL_CONFIG` names,
 * except for the values of secrets: those travel as JSON in `ENCORE_LOCAL_SECRETS`, which the runtime removes from the
 * environment as soon as it has read it.
 */
export interface RuntimeConfig {
  model: AppModel;
  listen: { host: string; port: number };
  /** Such as `http://127.0.0.1:4000`. */
  apiBaseUrl: string;
  /** By the database's Encore name. */
  databases: Record<string, { connectionString: string; maxConnections: number }>;
  /** Where a process that runs tests takes copies of the databases for itself, in place of `databases`. */
  testDatabases?: { folder: string; maxConnections: number };
  log: { format: "text" | "json"; level: "trace" | "debug" | "info" | "warn" | "error" };
  cron: boolean;
  /** Whether the process tells the command line what it does, for the API explorer. */
  recordActivity: boolean;
  /** How long a graceful shutdown may take before the process exits all the same, in milliseconds. */
  shutdownTimeoutMs: number;
}

/** The environment variables of the seam between the command line and the process that runs the app. */
export const CONFIG_FILE_VARIABLE = "ENCORE_LOCAL_CONFIG";
export const SECRETS_VARIABLE = "ENCORE_LOCAL_SECRETS";
export const RUNTIME_LIB_VARIABLE = "ENCORE_RUNTIME_LIB";
