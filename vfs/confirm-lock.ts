/**
 * The first of PostgreSQL's two numbers of an advisory lock; the second is the project's. Whoever says that contents are stored
 * holds it: two that say so of the same hashes would fail at the index, or wait for each other. Those who add rows in the
 * order of their hashes share it, since they can only wait for each other in that order.
 */
export const CONFIRM_LOCK = 0x766673;
