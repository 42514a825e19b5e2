import { randomInt } from "node:crypto";
import { z } from "zod";
import { commandOptions } from "../support/command-options";
import { torture } from "./torture";

const USAGE = `npm run torture:vfs [-- --count N --seed N --store postgres|gridfs]

Kills the server N times (1,000 unless told), half of them on each store unless one is named, and checks after each that no
acknowledged write is lost and nothing is damaged. A failure names the seed that repeats it.
`;

const optionsOf = z.object({
  count: z.coerce.number().int().positive().default(1_000),
  seed: z.coerce
    .number()
    .int()
    .nonnegative()
    .default(randomInt(2 ** 31)),
  store: z.enum(["postgres", "gridfs"]).optional(),
});

const options = commandOptions(USAGE, ["count", "seed", "store"]);
if (options !== undefined) {
  const { count, seed, store } = optionsOf.parse(options);
  const stores = store === undefined ? (["postgres", "gridfs"] as const) : [store];
  console.log(`seed ${seed}`);
  for (const [i, each] of stores.entries()) {
    const kills = Math.ceil(count / stores.length);
    const acknowledged = await torture({
      store: each,
      kills,
      seed: seed + i,
      onKill: (kill, writes) => console.log(`${each}: killed ${kill} of ${kills} times, ${writes} writes acknowledged`),
    });
    console.log(`${each}: ${kills} kills, ${acknowledged} acknowledged writes, all there; vfs:check is clean`);
  }
}
