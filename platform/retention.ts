import { db } from "../database";

const IDEMPOTENCY_KEY_HOURS = 24;
const AUDIT_DAYS = 90;
/** Counts whose window has ended tell nothing any more. */
const EXPIRED_COUNT_MS = 60_000;

/** Removes what is kept for a time only. */
export async function removeExpired(): Promise<void> {
  await db.exec`
    DELETE FROM idempotency_keys WHERE created_at < now() - make_interval(hours => ${IDEMPOTENCY_KEY_HOURS}::int)`;
  await db.exec`DELETE FROM audit_entries WHERE at < now() - make_interval(days => ${AUDIT_DAYS}::int)`;
  // Of instances that died; what they had open is counted no more.
  await db.exec`DELETE FROM open_streams WHERE lease_until < now() - interval '1 minute'`;
  await db.exec`DELETE FROM request_counts WHERE expire < ${Date.now() - EXPIRED_COUNT_MS}::bigint`;
}
