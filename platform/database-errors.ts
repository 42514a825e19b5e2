import { DomainError } from "./errors";

/** What says that PostgreSQL cannot be reached or has ended the connection; of the system, of `pg`, of PostgreSQL. */
const UNREACHABLE = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "57P01", "57P02", "57P03", "53300"]);
/** PostgreSQL's class of connection exceptions. */
const CONNECTION_EXCEPTION = /^08/;
/** Errors without a code: those of `pg` and of Encore's own client, which passes on what the system says. */
const CONNECTION_LOST =
  /^(?:connect|read|write) E(?:CONNREFUSED|CONNRESET|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH)\b|^Connection terminated|^timeout exceeded when trying to connect|^Query read timeout|^Client has encountered a connection error|^error connecting to server|^error communicating with the server|^connection closed/;
/**
 * What PostgreSQL says while it goes or comes, or has no room for one more: 57P01 to 57P03 and 53300. Encore's own client
 * passes on the text without the code: by itself, behind "db error: FATAL: ", or inside of the driver's dump.
 */
const TURNED_AWAY =
  /(?:^|^db error: FATAL: |\bmessage: ")(?:the database system is (?:starting up|shutting down|in recovery mode|not (?:yet )?accepting connections)|terminating connection (?:due to|because of)|sorry, too many clients|remaining connection slots are|too many connections for)/;
const DISK_FULL = "53100";
const DISK_FULL_TEXT =
  /(?:^|^db error: ERROR: |\bmessage: ")could not (?:extend|write|create|open) [^\n]*: No space left on device/;

/** A failure of PostgreSQL that is nobody's mistake, as ours; undefined for any other error. */
export function databaseFailure(error: unknown): DomainError | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = String((error as { code?: unknown }).code ?? "");
  if (code === DISK_FULL || DISK_FULL_TEXT.test(error.message)) {
    return new DomainError("storage_full", "the database has no space left", { cause: error });
  }
  const texts = [CONNECTION_LOST, TURNED_AWAY];
  if (UNREACHABLE.has(code) || CONNECTION_EXCEPTION.test(code) || texts.some((text) => text.test(error.message))) {
    return new DomainError("database_unavailable", "the database does not answer", { cause: error });
  }
  return undefined;
}
