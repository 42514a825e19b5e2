import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommandLine } from "./support/command-line";

let cli: CommandLine;

beforeEach(async () => {
  cli = await CommandLine.inCopyOf("notes");
  const script = `
    import { SQLDatabase } from "encore.dev/storage/sqldb";
    const row = await SQLDatabase.named("notes").queryRow\`SELECT count(*)::int AS n FROM notes\`;
    console.log("notes:", row?.n, process.argv.slice(2));
    process.exitCode = 3;
  `;
  await writeFile(path.join(cli.app, "count.mts"), script);
});

afterEach(async () => {
  await cli.dispose();
});

describe("encore-local exec", () => {
  it("runs a script with the databases of the app that runs, and gives its exit code", async () => {
    const { url } = await cli.serve();
    await fetch(`${url}/notes`, { method: "POST", body: JSON.stringify({ text: "one" }) });
    const { code, output } = await cli.run(["exec", "--", "tsx", "count.mts", "--flag"]);
    expect(output).toContain("notes: 1 [ '--flag' ]");
    expect(code).toBe(3);
  });

  it("serves the database itself while no app runs", async () => {
    const { code, output } = await cli.run([
      "exec",
      "--data-dir",
      path.join(cli.app, "data"),
      "--",
      "tsx",
      "count.mts",
    ]);
    expect(output).toContain("notes: 0");
    expect(code).toBe(3);
  });

  it("ends with 2 when there is nothing to run", async () => {
    expect(await cli.run(["exec"])).toMatchObject({ code: 2, output: expect.stringContaining("-- COMMAND") });
  });
});
