import { createHash } from "node:crypto";
import { appMeta } from "encore.dev";
import { middleware } from "encore.dev/api";
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import { type Caller, currentCaller } from "./caller";
import { DomainError } from "./errors";
import { type RequestLimits, requestLimits } from "./limits";
import { pgPool } from "./pg-pool";

const WINDOW_SECONDS = 60;

interface Limiters {
  user: RateLimiterPostgres;
  address: RateLimiterPostgres;
}

let limiters: Limiters | null | undefined;

/** Counts the requests of each user and of each address, in PostgreSQL, so that several instances agree. */
export const limitRequests = middleware({ target: { expose: true, auth: true } }, async (req, next) => {
  if (limiters === undefined) limiters = createLimiters(requestLimits(process.env, appMeta().environment.cloud));
  if (limiters !== null) await count(limiters, currentCaller());
  return await next(req);
});

function createLimiters(limits: RequestLimits | null): Limiters | null {
  if (limits === null) return null;
  const limiter = (keyPrefix: string, points: number) =>
    new RateLimiterPostgres({
      storeClient: pgPool(),
      storeType: "pool",
      tableName: "request_counts",
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix,
      points,
      duration: WINDOW_SECONDS,
      // Who is over the limit costs no query any more.
      inMemoryBlockOnConsumed: points + 1,
      // While the database is away, each instance counts for itself.
      insuranceLimiter: new RateLimiterMemory({ keyPrefix, points, duration: WINDOW_SECONDS }),
    });
  return {
    user: limiter("user", limits.perUserPerMinute),
    address: limiter("address", limits.perAddressPerMinute),
  };
}

async function count({ user, address }: Limiters, caller: Caller): Promise<void> {
  await consume(user, caller.userId, "you have sent too many requests");
  if (caller.address !== null) await consume(address, caller.address, "too many requests came from your address");
}

async function consume(limiter: RateLimiterPostgres, name: string, message: string): Promise<void> {
  try {
    await limiter.consume(createHash("sha256").update(name).digest("hex"));
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw new DomainError("too_many_requests", message, {
      retryAfterSeconds: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)),
    });
  }
}
