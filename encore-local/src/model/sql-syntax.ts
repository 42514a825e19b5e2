import type { Diagnostic } from "./diagnostic";
import { Reporter } from "./reporter";
import type { SqlText } from "./resource-uses";

/** Texts that were found to be in order; an app's statements hardly change from one build to the next. */
const accepted = new Set<string>();

/** What PostgreSQL's own grammar says of the app's statements. Nothing is looked up: tables and types may be missing. */
export async function checkSql(statements: readonly SqlText[]): Promise<Diagnostic[]> {
  const unknown = statements.filter(({ text }) => !accepted.has(text));
  if (unknown.length === 0) return [];
  // A second's quarter to load, which only apps with SQL have to wait for.
  const { loadModule, parseSync, SqlError } = await import("libpg-query");
  await loadModule();
  const reporter = new Reporter();
  for (const { text, location } of unknown) {
    try {
      parseSync(text);
      accepted.add(text);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      reporter.report("E1506", location, { detail: error.message });
    }
  }
  return reporter.diagnostics;
}
