import { appMeta } from "encore.dev";
import { middleware } from "encore.dev/api";
import { type Caller, currentCaller } from "./caller";
import { type RequestLimits, requestLimits } from "./limits";
import { MinuteCounts } from "./minute-counts";

interface Counts {
  users: MinuteCounts;
  addresses: MinuteCounts;
}

let counts: Counts | null | undefined;

/** Counts the requests of each user and of each address. */
export const limitRequests = middleware({ target: { expose: true, auth: true } }, async (req, next) => {
  if (counts === undefined) counts = createCounts(requestLimits(process.env, appMeta().environment.cloud));
  if (counts !== null) await count(counts, currentCaller());
  return await next(req);
});

function createCounts(limits: RequestLimits | null): Counts | null {
  if (limits === null) return null;
  const reason = "too_many_requests";
  return {
    users: new MinuteCounts({
      name: "user",
      perMinute: limits.perUserPerMinute,
      reason,
      message: "you have sent too many requests",
    }),
    addresses: new MinuteCounts({
      name: "address",
      perMinute: limits.perAddressPerMinute,
      reason,
      message: "too many requests came from your address",
    }),
  };
}

async function count({ users, addresses }: Counts, { userId, address }: Caller): Promise<void> {
  await users.add(userId);
  if (address !== null) await addresses.add(address);
}
