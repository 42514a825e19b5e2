import { randomInt } from "node:crypto";
import { describe, expect, it } from "vitest";
import { torture } from "../torture/torture";

/** Of each store; `npm run torture:vfs` does a thousand. */
const KILLS = Number(process.env.VFS_CRASH_KILLS ?? 10);
const SEED = Number(process.env.VFS_CRASH_SEED ?? randomInt(2 ** 31));

describe(`a server that is killed while it writes (VFS_CRASH_SEED=${SEED})`, () => {
  it.each(["postgres", "gridfs"] as const)(
    "has every acknowledged write afterwards, and a clean vfs:check, on %s",
    async (store) => {
      expect(await torture({ store, kills: KILLS, seed: SEED })).toBeGreaterThan(0);
    },
    KILLS * 120_000,
  );
});
