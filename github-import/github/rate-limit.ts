/** Until when GitHub refuses those who come without a token of their own; milliseconds since 1970. */
let endsAt = 0;

export function noteRateLimit(seconds: number, now = Date.now()): void {
  endsAt = Math.max(endsAt, now + seconds * 1_000);
}

export function isRateLimited(now = Date.now()): boolean {
  return now < endsAt;
}
