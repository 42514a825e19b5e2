import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommandLine, ended } from "./support/command-line";

let cli: CommandLine;

beforeEach(async () => {
  cli = await CommandLine.inCopyOf("notes");
});

afterEach(async () => {
  await cli.dispose();
});

describe("encore-local db", () => {
  it("shell answers statements from a pipe, also those with a ';' within quotes", async () => {
    const input =
      "INSERT INTO notes (text) VALUES ('a;\nb'), ('c');\nSELECT count(*) AS n FROM notes; SELECT 2 AS two;\n";
    const { code, output } = await cli.run(["db", "shell"], { input });
    expect(code).toBe(0);
    expect(output).toContain("INSERT 2");
    expect(output).toMatch(/ n\n---\n 2\n\(1 row\)/);
    expect(output).toContain("two");
  });

  it.each([
    ["SELECT * FROM nothing;\nSELECT 'after';\n", 'relation "nothing" does not exist'],
    ["SELECT 'open;\n", "ends within quotes"],
  ])("shell ends a script at its first error: %j", async (input, message) => {
    const { code, output } = await cli.run(["db", "shell"], { input });
    expect(code).toBe(1);
    expect(output).toContain(message);
    expect(output).not.toContain("after");
  });

  it("conn-uri names the server of the app that runs, and reset empties its databases", async () => {
    const { url } = await cli.serve();
    await fetch(`${url}/notes`, { method: "POST", body: JSON.stringify({ text: "gone soon" }) });
    const { code, output } = await cli.run(["db", "conn-uri"]);
    expect(code).toBe(0);
    const client = new Client({ connectionString: output.trim() });
    await client.connect();
    expect((await client.query("SELECT text FROM notes")).rows).toEqual([{ text: "gone soon" }]);
    await client.end();
    expect(await cli.run(["db", "reset", "notes"])).toMatchObject({
      code: 0,
      output: expect.stringContaining("notes"),
    });
    expect((await cli.run(["db", "shell"], { input: "SELECT count(*) AS n FROM notes;" })).output).toContain(" 0\n");
  });

  it("conn-uri serves the database itself while no app runs", async () => {
    const { child, output } = cli.start(["db", "conn-uri"]);
    await expect.poll(output, { timeout: 20_000 }).toContain("until you press Ctrl-C");
    const client = new Client({
      connectionString: output()
        .split("\n")
        .find((line) => line.startsWith("postgres")),
    });
    await client.connect();
    await client.end();
    expect(await ended(child, "SIGINT")).toBe(0);
  });

  it("reset takes none of several databases unless it is named, or all are", async () => {
    const file = path.join(cli.app, "notes/more.ts");
    await writeFile(
      file,
      'import { SQLDatabase } from "encore.dev/storage/sqldb";\nexport const more = new SQLDatabase("more", { migrations: "./migrations" });\n',
    );
    expect(await cli.run(["db", "reset"])).toMatchObject({
      code: 2,
      output: expect.stringMatching(/name databases of (more, notes|notes, more), or give --all/),
    });
    const { code, output } = await cli.run(["db", "reset", "--all"]);
    expect(code).toBe(0);
    expect(output).toMatch(/emptied.*: (more, notes|notes, more)/);
  });

  it.each([
    [["db"], "db shell, db conn-uri or db reset"],
    [["db", "drop"], "db shell, db conn-uri or db reset"],
    [["db", "shell", "--all"], "--all is for db reset"],
    [["db", "reset", "notes", "--all"], "name databases, or give --all"],
    [["db", "shell", "other"], "there is no database 'other'; the app has notes"],
  ])("%j ends with 2 and says why", async (args, message) => {
    expect(await cli.run(args)).toMatchObject({ code: 2, output: expect.stringContaining(message) });
  });
});
