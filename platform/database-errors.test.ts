import { DatabaseError } from "pg";
import { describe, expect, it } from "vitest";
import { toAppError } from "../encore-local/src/primitives/sqldb/errors";
import { StatementError } from "../encore-local/src/primitives/sqldb/statement";
import { databaseFailure } from "./database-errors";

function fromServer(code: string, severity: string, message: string): DatabaseError {
  return Object.assign(new DatabaseError(message, message.length, "error"), { code, severity });
}

/** What PostgreSQL says, as each way to it passes it on. */
const WAYS = [
  ["pg", (error: DatabaseError) => error],
  ["Encore's client while it connects", (error: DatabaseError) => toAppError(error)],
  ["Encore's client while it prepares", (error: DatabaseError) => toAppError(new StatementError("prepare", error))],
  ["Encore's client while it runs", (error: DatabaseError) => toAppError(new StatementError("execute", error))],
] as const;

const AWAY = [
  ["57P03", "the database system is shutting down"],
  ["57P03", "the database system is starting up"],
  ["57P03", "the database system is in recovery mode"],
  ["57P03", "the database system is not yet accepting connections"],
  ["57P01", "terminating connection due to administrator command"],
  ["57P02", "terminating connection because of crash of another server process"],
  ["53300", "sorry, too many clients already"],
  ["53300", "remaining connection slots are reserved for roles with the SUPERUSER attribute"],
] as const;

describe.each(WAYS)("what comes from PostgreSQL by %s", (_, passedOn) => {
  it.each(AWAY)("is database_unavailable for %s, %s", (code, message) => {
    const failure = databaseFailure(passedOn(fromServer(code, "FATAL", message)));
    expect(failure).toMatchObject({ reason: "database_unavailable" });
  });

  it("is storage_full for a disk that is full", () => {
    const message = 'could not extend file "base/16384/16424": No space left on device';
    const failure = databaseFailure(passedOn(fromServer("53100", "ERROR", message)));
    expect(failure).toMatchObject({ reason: "storage_full" });
  });

  it("is nobody's failure for a mistake, whatever values it quotes", () => {
    const detail = "Key (name)=(the database system is shutting down) already exists.";
    const error = Object.assign(fromServer("23505", "ERROR", "duplicate key value violates unique constraint"), {
      detail,
    });
    expect(databaseFailure(passedOn(error))).toBeUndefined();
  });
});
