import Fastify from "fastify";
import pg from "pg";

/**
 * What encore-local is measured against: the endpoints of encore-local/__tests__/apps/speed in Fastify, with its schema
 * validation and serialization and `pg`'s pool. Takes the database's address; prints its own.
 */
const pool = new pg.Pool({ connectionString: process.argv[2], max: 10 });
const app = Fastify();

const order = {
  type: "object",
  required: ["customer", "amount", "items"],
  additionalProperties: false,
  properties: {
    customer: { type: "string", minLength: 1, maxLength: 80 },
    amount: { type: "number", minimum: 0, maximum: 1_000_000 },
    items: { type: "array", items: { type: "string" } },
    note: { type: "string" },
  },
};
app.post("/echo", { schema: { body: order, response: { 200: order } } }, async ({ body }) => body);

const row = {
  type: "object",
  properties: { id: { type: "integer" }, name: { type: "string" }, price: { type: "number" } },
};
const params = { type: "object", properties: { id: { type: "integer" } } };
app.get<{ Params: { id: number } }>(
  "/rows/:id",
  { schema: { params, response: { 200: row } } },
  async (request, reply) => {
    const { rows } = await pool.query("SELECT id, name, price FROM things WHERE id = $1", [request.params.id]);
    if (rows.length === 0) return reply.code(404).send();
    return rows[0];
  },
);

const BYTES = Buffer.alloc(16 * 1024, "x");
app.get("/raw", (_request, reply) => {
  reply.type("application/octet-stream").send(BYTES);
});

console.log(await app.listen({ host: "127.0.0.1", port: 0 }));
