import { APIError, api, type Cookie, type Header, type Query } from "encore.dev/api";
import { secret } from "encore.dev/config";
import { CronJob } from "encore.dev/cron";
import { Subscription } from "encore.dev/pubsub";
import { SQLDatabase } from "encore.dev/storage/sqldb";
import type { Max, MaxLen, Min, MinLen } from "encore.dev/validate";
import { getAuthData } from "~encore/auth";
import { orders } from "./orders";

const db = new SQLDatabase("shop", { migrations: "./migrations" });
const currency = secret("Currency");
const taxNumber = secret("TaxNumber");

interface NewOrder {
  /** What is wanted, by its name. */
  article: string & MinLen<3> & MaxLen<40>;
  pieces: number & Min<2> & Max<9>;
  gift?: boolean;
  priority?: Header<"X-Priority">;
  till?: Cookie<string, "till">;
}

interface Placed {
  id: number;
  article: string;
  pieces: number;
  clerk: string;
  currency: string;
  priority: string | null;
  till: string | null;
}

/** Takes an order, and tells of it. */
export const place = api(
  { expose: true, auth: true, method: "POST", path: "/orders" },
  async ({ article, pieces, priority, till }: NewOrder): Promise<Placed> => {
    const row = await db.queryRow<{ id: number }>`INSERT INTO orders (article) VALUES (${article}) RETURNING id`;
    const id = row?.id ?? 0;
    await orders.publish({ id, article, paymentToken: "pay-with-me" });
    return {
      ...{ id, article, pieces, clerk: getAuthData()?.userID ?? "", currency: currency() },
      ...{ priority: priority ?? null, till: till?.value ?? null },
    };
  },
);

interface Wanted {
  id: number;
  verbose?: Query<boolean>;
}

/** One order. */
export const get = api(
  { expose: true, method: "GET", path: "/orders/:id" },
  async ({ id }: Wanted): Promise<{ article: string }> => {
    const row = await db.queryRow<{ article: string }>`SELECT article FROM orders WHERE id = ${id}`;
    if (row === null) throw APIError.notFound(`there is no order ${id}`);
    return row;
  },
);

export const label = api.raw({ expose: true, method: "POST", path: "/labels/*name" }, async (req, res) => {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  res.setHeader("Set-Cookie", "session=very-private; Path=/; HttpOnly");
  res.end(`${req.url} ${Buffer.concat(chunks).toString()}`);
});

interface Said {
  text: string;
}

/** Says back what it hears. */
export const echo = api.streamInOut<Said, Said>({ expose: true, auth: true, path: "/echo" }, async (stream) => {
  const clerk = getAuthData()?.userID;
  for await (const { text } of stream) await stream.send({ text: `${clerk} says ${text}` });
});

/** Only for the job, and for whoever calls it by hand. */
export const takeStock = api({ method: "POST" }, async (): Promise<{ orders: number; taxed: boolean }> => {
  const row = await db.queryRow<{ count: number }>`SELECT count(*)::int AS count FROM orders`;
  return { orders: row?.count ?? 0, taxed: taxNumber() !== "" };
});

const _stock = new CronJob("stock", { title: "Take stock", every: "6h", endpoint: takeStock });

let failed = false;

const _pack = new Subscription(orders, "pack", {
  handler: async () => {
    if (failed) return;
    failed = true;
    throw new Error("the first box tears");
  },
  retryPolicy: { minBackoff: "10ms", maxBackoff: "20ms", maxRetries: 3 },
});
