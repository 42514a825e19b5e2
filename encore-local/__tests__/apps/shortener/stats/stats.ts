import { api } from "encore.dev/api";
import { Subscription } from "encore.dev/pubsub";
import { url } from "~encore/clients";
import { visits } from "../url/visits";

interface Counted {
  target: string;
  visits: number;
  last: Date | null;
}

const seen = new Map<string, { count: number; last: Date }>();
let failures = 0;

const _ = new Subscription(visits, "count-visits", {
  handler: async ({ id, at }) => {
    if (id === "flaky" && failures++ === 0) throw new Error("the first delivery fails");
    seen.set(id, { count: (seen.get(id)?.count ?? 0) + 1, last: at });
  },
  retryPolicy: { minBackoff: "10ms", maxBackoff: "20ms", maxRetries: 5 },
});

export const of = api(
  { expose: true, method: "GET", path: "/stats/:id" },
  async ({ id }: { id: string }): Promise<Counted> => {
    const { target } = await url.get({ id });
    return { target, visits: seen.get(id)?.count ?? 0, last: seen.get(id)?.last ?? null };
  },
);
