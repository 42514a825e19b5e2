/** The first of PostgreSQL's two numbers of an advisory lock; the second is the project's. */
const CONFIRM_LOCK = 0x766673;

/**
 * SQL, for the columns of a SELECT: the lock that whoever says that contents are stored holds until the transaction ends. Two
 * that say so of the same hashes would fail at the index, or wait for each other. Those who add rows in the order of their
 * hashes share it, since they can only wait for each other in that order.
 *
 * The commit need not be on disk: whoever refers to the contents commits later, and that brings this there as well.
 */
export function confirming(project: string, { shared = false }: { shared?: boolean } = {}): string {
  const lock = shared ? "pg_advisory_xact_lock_shared" : "pg_advisory_xact_lock";
  return `set_config('synchronous_commit', 'off', true), ${lock}(${CONFIRM_LOCK}, hashtext(${project}))`;
}
