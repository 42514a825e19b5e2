import { createHash } from "node:crypto";
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import { DomainError, type Reason } from "./errors";
import { pgPool } from "./pg-pool";

const WINDOW_SECONDS = 60;

interface CountOptions {
  /** What is counted; counts of different things do not meet. */
  name: string;
  perMinute: number;
  reason: Reason;
  /** For whoever is over the limit. */
  message: string;
}

/** Counts something for each user or address by the minute, in PostgreSQL, so that several instances agree. */
export class MinuteCounts {
  readonly #limiter: RateLimiterPostgres;
  readonly #options: CountOptions;

  constructor(options: CountOptions) {
    const { name: keyPrefix, perMinute: points } = options;
    this.#options = options;
    this.#limiter = new RateLimiterPostgres({
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
  }

  /** Gives the milliseconds until the count begins anew. Throws the options' reason, with the seconds to wait, over the limit. */
  async add(who: string, points = 1): Promise<number> {
    try {
      return (await this.#limiter.consume(createHash("sha256").update(who).digest("hex"), points)).msBeforeNext;
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw new DomainError(this.#options.reason, this.#options.message, {
        retryAfterSeconds: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)),
      });
    }
  }
}
