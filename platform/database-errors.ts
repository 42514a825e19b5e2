import { DomainError } from "./errors";

/** What says that PostgreSQL cannot be reached or has ended the connection; of the system, of `pg`, of PostgreSQL. */
const UNREACHABLE = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "57P01", "57P02", "57P03", "53300"]);
/** PostgreSQL's class of connection exceptions. */
const CONNECTION_EXCEPTION = /^08/;
/** Errors without a code: those of `pg` and of Encore's own client, which passes on what the system says. */
const CONNECTION_LOST =
  /^(?:connect|read|write) E(?:CONNREFUSED|CONNRESET|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH)\b|^Connection terminated|^timeout exceeded when trying to connect|^Query read timeout|^Client has encountered a connection error|^error connecting to server|^error communicating with the server|^connection closed/;
const DISK_FULL = "53100";

/** A failure of PostgreSQL that is nobody's mistake, as ours; undefined for any other error. */
export function databaseFailure(error: unknown): DomainError | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = String((error as { code?: unknown }).code ?? "");
  if (code === DISK_FULL) {
    return new DomainError("storage_full", "the database has no space left", { cause: error });
  }
  if (UNREACHABLE.has(code) || CONNECTION_EXCEPTION.test(code) || CONNECTION_LOST.test(error.message)) {
    return new DomainError("database_unavailable", "the database does not answer", { cause: error });
  }
  return undefined;
}
