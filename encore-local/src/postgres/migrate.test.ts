import { describe, expect, it } from "vitest";
import { pendingMigrations } from "./migrate";
import { type Migration, MigrationError } from "./migrations";

const migration = (number: number, checksum = `sum ${number}`): Migration => ({
  number,
  file: `${number}_step.up.sql`,
  sql: "SELECT 1",
  checksum,
});
const applied = (...numbers: number[]) =>
  numbers.map((number) => ({ number, file: `${number}_step.up.sql`, checksum: `sum ${number}` }));

describe("the migrations that are left", () => {
  it("are those that were not applied, in order", () => {
    const pending = pendingMigrations([migration(1), migration(2), migration(3)], applied(1));
    expect(pending.map(({ number }) => number)).toEqual([2, 3]);
  });

  it.each([
    [
      "was changed",
      [migration(1), migration(2, "other")],
      applied(1, 2),
      "Migration 2 (2_step.up.sql) was applied with other contents; undo the change and add migration 3.",
    ],
    [
      "is gone",
      [migration(2)],
      applied(1, 2),
      "Migration 1 (1_step.up.sql) was applied, but its file is gone; put it back.",
    ],
    [
      "comes late",
      [migration(1), migration(2), migration(3)],
      applied(1, 3),
      "Migration 2 (2_step.up.sql) comes before 3, which was applied already; give it the number 4.",
    ],
  ])("are refused when one %s", (_, migrations, rows, message) => {
    expect(() => pendingMigrations(migrations, rows)).toThrow(new MigrationError(message));
  });
});
