import { randomFillSync } from "node:crypto";

/** Encore writes ids in base 32 with the digits before the letters, without padding. */
const ALPHABET = "0123456789abcdefghijklmnopqrstuv";

const POOL_BYTES = 4096;
const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;

/** A random id of `bytes` bytes, written as Encore writes trace and span ids (16 and 8 bytes). */
function randomId(bytes: number): string {
  if (used + bytes > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  let text = "";
  let pending = 0;
  let pendingBits = 0;
  for (const end = used + bytes; used < end; used++) {
    pending = ((pending << 8) | (pool[used] ?? 0)) & 0xfff;
    pendingBits += 8;
    while (pendingBits >= 5) {
      pendingBits -= 5;
      text += ALPHABET[(pending >> pendingBits) & 31];
    }
  }
  return pendingBits > 0 ? text + ALPHABET[(pending << (5 - pendingBits)) & 31] : text;
}

export const newTraceId = (): string => randomId(16);
export const newSpanId = (): string => randomId(8);
