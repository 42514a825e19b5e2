import { describe, expect, it } from "vitest";

// Short, so that giving up can be waited for; read when the pool is made.
process.env.DATABASE_TIMEOUT_SECONDS = "1";
const { databaseFailure } = await import("../../platform/database-errors");
const { inTransaction, pgPool } = await import("../../platform/pg-pool");

const LONG = "SELECT pg_sleep(600)";

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => "no failure",
    (error: unknown) => databaseFailure(error) ?? error,
  );
}

async function expectToWork(): Promise<void> {
  // More often than there are connections: none of them is still in the middle of something.
  const answers = await Promise.all(Array.from({ length: 20 }, () => pgPool().query("SELECT 1 AS one")));
  expect(answers.map(({ rows }) => rows[0].one)).toEqual(Array(20).fill(1));
}

describe("a statement that is not answered in time", () => {
  const unavailable = { reason: "database_unavailable", code: "unavailable", retryable: true };

  it("is given up, and its connection is not used again", async () => {
    expect(await failureOf(pgPool().query(LONG))).toMatchObject(unavailable);
    await expectToWork();
  });

  it("ends the transaction that it is in", async () => {
    expect(await failureOf(inTransaction((client) => client.query(LONG)))).toMatchObject(unavailable);
    await expectToWork();
  });
});
