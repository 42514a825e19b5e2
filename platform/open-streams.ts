import { randomUUID } from "node:crypto";
import { DomainError } from "./errors";
import log from "./log";
import { inTransaction, pgPool } from "./pg-pool";
import { redactedMessage } from "./redaction";

/** How long the streams of an instance that has died are counted. */
const LEASE_SECONDS = 15;
const RENEW_EVERY_MS = 5_000;

/** Those that this process has open: the user by the row's id. */
const held = new Map<string, string>();
let timer: NodeJS.Timeout | undefined;
let renewing: Promise<void> = Promise.resolve();

/**
 * Counts a stream as open until the function that it gives is called, or the process dies. Throws `too_many_streams` when the
 * user has `limit` of them, on whatever instance.
 */
export async function holdStream(userId: string, limit: number): Promise<() => Promise<void>> {
  const id = randomUUID();
  if (!(await insertRow({ id, userId, limit }))) {
    throw new DomainError("too_many_streams", `you have ${limit} streams open, and that is the limit`, {
      retryAfterSeconds: LEASE_SECONDS,
    });
  }
  held.set(id, userId);
  timer ??= setInterval(() => {
    renewing = renewing.then(renew);
  }, RENEW_EVERY_MS).unref();
  return async () => await release(id);
}

async function insertRow({ id, userId, limit }: { id: string; userId: string; limit: number }): Promise<boolean> {
  return await inTransaction(async (client) => {
    // One at a time for each user, so that two at once cannot both be the last.
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`streams of ${userId}`]);
    await client.query("DELETE FROM open_streams WHERE user_id = $1 AND lease_until < now()", [userId]);
    const { rowCount } = await client.query(
      `INSERT INTO open_streams (id, user_id, lease_until)
       SELECT $1, $2, now() + make_interval(secs => $3)
       WHERE (SELECT count(*) FROM open_streams WHERE user_id = $2) < $4`,
      [id, userId, LEASE_SECONDS, limit],
    );
    return rowCount === 1;
  });
}

/** Puts rows back as well that are gone because the database was away for longer than the lease. */
async function renew(): Promise<void> {
  try {
    await pgPool().query(
      `INSERT INTO open_streams (id, user_id, lease_until)
       SELECT id, user_id, now() + make_interval(secs => $3) FROM unnest($1::uuid[], $2::text[]) AS held (id, user_id)
       ON CONFLICT (id) DO UPDATE SET lease_until = EXCLUDED.lease_until`,
      [[...held.keys()], [...held.values()], LEASE_SECONDS],
    );
  } catch (error) {
    log.warn("the leases of open streams could not be renewed", { cause: redactedMessage(error) });
  }
}

async function release(id: string): Promise<void> {
  held.delete(id);
  if (held.size === 0) {
    clearInterval(timer);
    timer = undefined;
  }
  // It may be about to put the row back.
  await renewing;
  try {
    await pgPool().query("DELETE FROM open_streams WHERE id = $1", [id]);
  } catch (error) {
    log.warn("a stream that has ended counts until its lease is over", { cause: redactedMessage(error) });
  }
}
