import { gzipSync } from "node:zlib";
import type { Random } from "./random";

/** Damages a tar or its gzip somewhere, in one to four places. */
export function mutatedArchive(tar: Buffer, random: Random): Buffer {
  const places = 1 + random.below(4);
  if (random.below(5) === 0) return mutated(gzipSync(tar), { random, places, change: anywhere });
  return gzipSync(mutated(tar, { random, places, change: random.below(2) === 0 ? inHeader : anywhere }));
}

type Change = (bytes: Buffer, random: Random) => Buffer;

function mutated(
  bytes: Buffer,
  { random, places, change }: { random: Random; places: number; change: Change },
): Buffer {
  let current = Buffer.from(bytes);
  for (let i = 0; i < places && current.length > 0; i++) current = Buffer.from(change(current, random));
  return current;
}

const anywhere: Change = (bytes, random) => {
  const at = random.below(bytes.length);
  const length = 1 + random.below(random.pick([1, 16, 512, 4_096]));
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (random.below(6)) {
    case 0:
      return Buffer.concat([head, random.bytes(length)]);
    case 1:
      return Buffer.concat([head, tail.subarray(length)]);
    case 2:
      return Buffer.concat([head, tail.subarray(0, length), tail]);
    case 3:
      return Buffer.concat([head, random.bytes(length), tail]);
    case 4:
      return Buffer.concat([head, random.bytes(Math.min(length, tail.length)), tail.subarray(length)]);
    default:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      return bytes;
  }
};

const BLOCK = 512;
/** Where a header has what, and how long it is: name, mode, size, type, link, magic, prefix. */
const FIELDS: readonly [[number, number], ...[number, number][]] = [
  [0, 100],
  [100, 8],
  [124, 12],
  [156, 1],
  [157, 100],
  [257, 8],
  [345, 155],
];
const VALUES = [
  "..",
  "/",
  "\0",
  "7777777",
  "00000000777",
  "g",
  "x",
  "L",
  "K",
  "1",
  "2",
  "5",
  "S",
  "a/../..",
  "\u00ff",
  "-1",
  ".git/",
] as const;

/** Changes a field of a block and mends the checksum, so that what is wrong is seen only by who looks closely. */
const inHeader: Change = (bytes, random) => {
  const block = random.below(Math.max(1, Math.floor(bytes.length / BLOCK)));
  const header = bytes.subarray(block * BLOCK, (block + 1) * BLOCK);
  if (header.length < BLOCK) return bytes;
  const [at, length] = random.pick(FIELDS);
  const value = random.below(3) === 0 ? random.bytes(length) : Buffer.from(random.pick(VALUES), "latin1");
  value.copy(header, at + random.below(Math.max(1, length - value.length)), 0, length);
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return bytes;
};
