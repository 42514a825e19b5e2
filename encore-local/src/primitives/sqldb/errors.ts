import { DatabaseError } from "pg";
import { StatementError } from "./statement";

/** What a database failure looks like to an app under Encore: a plain Error with a text and no SQLSTATE in `code`. */
export function toAppError(error: unknown): Error {
  return Object.assign(new Error(describe(error)), { code: "GenericFailure" });
}

function describe(error: unknown): string {
  if (!(error instanceof StatementError)) return error instanceof Error ? error.message : String(error);
  const { cause, phase } = error;
  if (!(cause instanceof DatabaseError)) return error.message;
  return phase === "execute" ? debugText(cause) : displayText(cause);
}

function displayText({ severity = "ERROR", message, detail, hint }: DatabaseError): string {
  const more = [detail === undefined ? "" : `\nDETAIL: ${detail}`, hint === undefined ? "" : `\nHINT: ${hint}`];
  return `db error: ${severity}: ${message}${more.join("")}`;
}

/** A failure while a statement runs reaches apps as the driver's own dump; only its beginning is the same each time. */
function debugText(error: DatabaseError): string {
  const { severity, code, message, detail, hint, schema, table, column, constraint, routine } = error;
  const fields = Object.entries({ severity, code, message, detail, hint, schema, table, column, constraint, routine })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `            ${name}: ${JSON.stringify(value)},`);
  return `Error {\n    kind: Db,\n    cause: Some(\n        DbError {\n${fields.join("\n")}\n        },\n    ),\n}`;
}
