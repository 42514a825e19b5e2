import { expect, it } from "vitest";
import { inTransaction } from "../../platform/pg-pool";
import { copiedRows, copyRows, intField, textField } from "../../vfs/copy-rows";

const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;

it("copies rows both ways, and leaves no timer of a statement behind", async () => {
  const rows = await inTransaction(async (client) => {
    await client.query("CREATE TEMPORARY TABLE copied (n INTEGER, t TEXT) ON COMMIT DROP");
    const before = timers();
    await copyRows(client, "copied (n, t)", [
      [intField(1), textField("one")],
      [intField(2), textField("")],
    ]);
    const copied = await copiedRows(client, "SELECT n, t FROM copied ORDER BY n");
    await client.query("SELECT 1");
    expect(timers()).toBe(before);
    return copied;
  });
  expect(rows.map(([n, t]) => [n?.readInt32BE(), t?.toString()])).toEqual([
    [1, "one"],
    [2, ""],
  ]);
});

it("leaves none behind when the statement fails", async () => {
  await inTransaction(async (client) => {
    await client.query("SELECT 1");
    const before = timers();
    await expect(copiedRows(client, "SELECT 1 / 0")).rejects.toThrow("division by zero");
    expect(timers()).toBe(before);
    await client.query("ROLLBACK");
  });
});
