import { db } from "../database";

const TOKEN_HOURS = 24;

/**
 * No repository token is kept longer than a day, whatever became of its import. One that still waits for its files cannot
 * get them without the token, and is cancelled.
 */
export async function forgetOldTokens(): Promise<void> {
  await db.exec`
    UPDATE imports SET token = NULL, cancel_requested = cancel_requested OR (finished_at IS NULL AND status <> 'provisioning')
    WHERE token IS NOT NULL AND token_since < now() - make_interval(hours => ${TOKEN_HOURS}::int)`;
}
