import { createHash } from "node:crypto";
import { HandlerResponse, middleware } from "encore.dev/api";
import { db } from "../database";
import { type Caller, currentCaller } from "./caller";
import { DomainError } from "./errors";

/** The longest that a creation takes; a process that is silent for longer has died. */
const LEASE_SECONDS = 60;
const MAX_KEY_LENGTH = 255;

/**
 * For endpoints with the tag `creates`: a request with an `Idempotency-Key` is carried out once, and the same request again,
 * within a day, gets the first one's answer. A creation that failed may be tried again under its key.
 *
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export const replayCreations = middleware({ target: { tags: ["creates"] } }, async (req, next) => {
  const caller = currentCaller();
  const { idempotencyKey: key, ...request } = caller.payload ?? {};
  if (typeof key !== "string" || key === "") return await next(req);
  if (key.length > MAX_KEY_LENGTH) {
    throw new DomainError("invalid_request", `Idempotency-Key is longer than ${MAX_KEY_LENGTH} characters`);
  }
  const claim = { userId: caller.userId, endpoint: caller.endpoint, key, hash: hashOf(request) };
  const earlier = await claimKey(claim);
  if (earlier !== undefined) return new HandlerResponse(earlier);
  let response: HandlerResponse;
  try {
    response = await next(req);
  } catch (error) {
    await releaseKey(claim);
    throw error;
  }
  await db.exec`
    UPDATE idempotency_keys SET response = ${response.payload}::jsonb
    WHERE user_id = ${claim.userId} AND endpoint = ${claim.endpoint} AND key = ${claim.key}`;
  return response;
});

interface Claim extends Pick<Caller, "userId" | "endpoint"> {
  key: string;
  hash: string;
}

/** The answer that was given under the key; undefined when the caller is the one to carry the request out. */
async function claimKey({ userId, endpoint, key, hash }: Claim): Promise<unknown> {
  const claimed = await db.queryRow`
    INSERT INTO idempotency_keys AS k (user_id, endpoint, key, request_hash, lease_until)
    VALUES (${userId}, ${endpoint}, ${key}, ${hash}, now() + make_interval(secs => ${LEASE_SECONDS}::int))
    ON CONFLICT (user_id, endpoint, key) DO UPDATE SET lease_until = EXCLUDED.lease_until
      WHERE k.response IS NULL AND k.lease_until < now() AND k.request_hash = EXCLUDED.request_hash
    RETURNING 1 AS one`;
  if (claimed !== null) return undefined;
  const row = await db.queryRow<{ hash: string; response: unknown }>`
    SELECT request_hash AS hash, response FROM idempotency_keys
    WHERE user_id = ${userId} AND endpoint = ${endpoint} AND key = ${key}`;
  if (row !== null && row.hash !== hash) {
    throw new DomainError("idempotency_key_reused", "the Idempotency-Key was sent with another request before");
  }
  if (row === null || row.response === null) {
    throw new DomainError("idempotency_key_in_use", "the same request is being carried out", { retryAfterSeconds: 1 });
  }
  return row.response;
}

async function releaseKey({ userId, endpoint, key }: Claim): Promise<void> {
  await db.exec`
    DELETE FROM idempotency_keys
    WHERE user_id = ${userId} AND endpoint = ${endpoint} AND key = ${key} AND response IS NULL`;
}

/** The same for the same fields in any order. */
function hashOf(request: Record<string, unknown>): string {
  const entries = Object.entries(request).filter(([, value]) => value !== undefined);
  const text = JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash("sha256").update(text).digest("hex");
}
