import { randomFillSync } from "node:crypto";

/** Encore writes ids in base 32 with the digits before the letters, without padding. */
const ALPHABET = "0123456789abcdefghijklmnopqrstuv";

/** The two characters for each ten bits. */
const PAIRS = Array.from({ length: 1024 }, (_, bits) => `${ALPHABET[bits >> 5]}${ALPHABET[bits & 31]}`);

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
    pending = ((pending << 8) | (pool[used] ?? 0)) & 0x3ffff;
    pendingBits += 8;
    if (pendingBits >= 10) {
      pendingBits -= 10;
      text += PAIRS[(pending >> pendingBits) & 1023];
    }
  }
  // What is left is filled up with zeros; five bits or fewer are one character.
  const rest = PAIRS[(pending << (10 - pendingBits)) & 1023] ?? "";
  return pendingBits === 0 ? text : text + rest.slice(0, pendingBits > 5 ? 2 : 1);
}

export const newTraceId = (): string => randomId(16);
export const newSpanId = (): string => randomId(8);
