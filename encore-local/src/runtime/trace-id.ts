import { randomFillSync } from "node:crypto";

/** Encore writes ids in base 32 with the digits before the letters, without padding. */
const ALPHABET = "0123456789abcdefghijklmnopqrstuv";

const POOL_BYTES = 4096;
/** Random digits, five bits each. */
const pool = Buffer.allocUnsafeSlow(POOL_BYTES);
let used = POOL_BYTES;

/** A random id of `bytes` bytes, written as Encore writes trace and span ids (16 and 8 bytes). */
function randomId(bytes: number): string {
  const length = Math.ceil((bytes * 8) / 5);
  if (used + length > POOL_BYTES) refill();
  const last = used + length - 1;
  // The bits that the last digit has too many are zeros.
  const filled = length * 5 - bytes * 8;
  const lastDigit = ALPHABET.indexOf(String.fromCharCode(pool[last] ?? 0));
  pool[last] = ALPHABET.charCodeAt((lastDigit >> filled) << filled);
  const text = pool.toString("latin1", used, last + 1);
  used = last + 1;
  return text;
}

function refill(): void {
  randomFillSync(pool);
  for (let at = 0; at < POOL_BYTES; at++) pool[at] = ALPHABET.charCodeAt((pool[at] ?? 0) & 31);
  used = 0;
}

export const newTraceId = (): string => randomId(16);
export const newSpanId = (): string => randomId(8);
