import { Counter, CounterGroup } from "encore.dev/metrics";

interface ImportEnd {
  outcome: "succeeded" | "failed" | "cancelled";
  /** A word of docs/errors.md for a failure; `none` for the rest. */
  reason: string;
}

/** Imports that ended. */
export const importsEnded = new CounterGroup<ImportEnd>("imports_ended");

interface ImportOutcomeLabel {
  outcome: "succeeded" | "failed" | "cancelled";
}

/** Milliseconds from the first request to the end, of all imports that ended; divided by their number, the mean. */
export const importMilliseconds = new CounterGroup<ImportOutcomeLabel>("import_milliseconds");

/** Attempts that broke off and are made again. */
export const importAttemptsRepeated = new CounterGroup<{ reason: string }>("import_attempts_repeated");

/** What came into trees by imports. */
export const importedFiles = new Counter("imported_files");
export const importedBytes = new Counter("imported_bytes");
