import { createHash } from "node:crypto";

/** An answer with the ETag that it came with. */
export interface KnownAnswer {
  etag: string;
  value: unknown;
  link: string | null;
}

const MAX_ANSWERS = 500;

/**
 * What GitHub answered last, so that asking again costs nothing of the rate limit while nothing has changed. One token's
 * answers are never given to another.
 */
export class KnownAnswers {
  readonly #answers = new Map<string, KnownAnswer>();

  get(path: string, token: string | undefined): KnownAnswer | undefined {
    return this.#answers.get(keyOf(path, token));
  }

  set(path: string, token: string | undefined, answer: KnownAnswer): void {
    const key = keyOf(path, token);
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    const oldest = this.#answers.keys().next().value;
    if (this.#answers.size > MAX_ANSWERS && oldest !== undefined) this.#answers.delete(oldest);
  }
}

function keyOf(path: string, token: string | undefined): string {
  const holder = token === undefined ? "" : createHash("sha256").update(token).digest("hex");
  return `${holder} ${path}`;
}
