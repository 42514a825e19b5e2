import { APIError, api } from "encore.dev/api";
import { SQLDatabase } from "encore.dev/storage/sqldb";
import type { Max, MaxLen, Min, MinLen } from "encore.dev/validate";

/** The three endpoints of `npm run bench -- runtime`; bench/runtime/fastify-server.ts has the same. */
const database = new SQLDatabase("speed", { migrations: "./migrations" });

interface Order {
  customer: string & (MinLen<1> & MaxLen<80>);
  amount: number & (Min<0> & Max<1000000>);
  items: string[];
  note?: string;
}

export const echo = api({ expose: true, method: "POST", path: "/echo" }, async (order: Order): Promise<Order> => order);

interface Row {
  id: number;
  name: string;
  price: number;
}

export const row = api(
  { expose: true, method: "GET", path: "/rows/:id" },
  async ({ id }: { id: number }): Promise<Row> => {
    const found = await database.queryRow<Row>`SELECT id, name, price FROM things WHERE id = ${id}`;
    if (found === null) throw APIError.notFound("there is no such row");
    return found;
  },
);

const BYTES = Buffer.alloc(16 * 1024, "x");

export const raw = api.raw({ expose: true, method: "GET", path: "/raw" }, (_req, res) => {
  res.writeHead(200, { "content-type": "application/octet-stream", "content-length": BYTES.length });
  res.end(BYTES);
});
