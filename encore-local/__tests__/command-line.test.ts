import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../src/postgres/free-port";
import { CommandLine, ended } from "./support/command-line";

let cli: CommandLine;

beforeEach(async () => {
  cli = await CommandLine.inCopyOf("notes");
});

afterEach(async () => {
  await cli.dispose();
});

const COMMANDS = [
  ...[["run"], ["test"], ["check"], ["gen"], ["gen", "client"], ["openapi"], ["exec"]],
  ...[["db"], ["db", "shell"], ["db", "conn-uri"], ["db", "reset"]],
];

async function texts(url: string): Promise<unknown> {
  return ((await (await fetch(`${url}/notes`)).json()) as { texts: unknown }).texts;
}

async function add(url: string, text: string): Promise<void> {
  await fetch(`${url}/notes`, { method: "POST", body: JSON.stringify({ text }) });
}

describe("encore-local run", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "ends with 0 on %s, keeps the data, and leaves no process behind",
    async (signal) => {
      const first = await cli.serve();
      await add(first.url, "kept");
      expect(await ended(first.child, signal)).toBe(0);
      expect(await readdir(path.join(cli.app, ".encore-local/postgres"))).not.toContain("postmaster.pid");
      const second = await cli.serve();
      expect(await texts(second.url)).toEqual(["kept"]);
    },
  );

  it("starts again after it was killed, with what was committed", async () => {
    const first = await cli.serve();
    await add(first.url, "committed");
    await ended(first.child, "SIGKILL");
    const second = await cli.serve();
    expect(await texts(second.url)).toEqual(["committed"]);
    // The app that has lost its parent goes as well, once it has noticed.
    await expect
      .poll(
        () =>
          fetch(`${first.url}/notes`).then(
            () => "serves",
            () => "gone",
          ),
        { timeout: 20_000 },
      )
      .toBe("gone");
  });

  it("says who has the port, and how to go on", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { code, output } = await cli.run(["run", "--port", String(port)]);
    await new Promise((resolve) => other.close(resolve));
    expect(code).toBe(2);
    expect(output).toContain(`port ${port} is in use`);
    expect(output).toContain("--port");
  });

  it("says who has the data folder", async () => {
    const first = await cli.serve();
    const { code, output } = await cli.run(["run", "--port", String(await freePort())]);
    expect(code).not.toBe(0);
    expect(output).toContain(`is in use by another encore-local (process ${first.child.pid})`);
  });

  it("reads secrets from a file, and names those that are missing", async () => {
    const without = await cli.serve();
    expect(without.output()).toContain("warning: secrets not defined: Greeting");
    expect(await (await fetch(`${without.url}/greeting`)).json()).toEqual({ text: "" });
    await ended(without.child, "SIGTERM");
    await writeFile(path.join(cli.app, ".secrets.local.cue"), 'Greeting: "hello" // a comment\n');
    const { url, output } = await cli.serve();
    expect(await (await fetch(`${url}/greeting`)).json()).toEqual({ text: "hello" });
    expect(output()).not.toContain("secrets not defined");
  });

  it("names the place of what is wrong in a secrets file, without the value", async () => {
    await writeFile(path.join(cli.app, ".secrets.local.cue"), 'Greeting: "hidden"\nOther: 12\n');
    const { code, output } = await cli.run(["run", "--port", String(await freePort())]);
    expect(code).toBe(1);
    expect(output).toContain(".secrets.local.cue:2:8");
    expect(output).not.toContain("hidden");
  });

  it("names file and line of a migration that fails, and applies nothing of it", async () => {
    const file = path.join(cli.app, "notes/migrations/2_more.up.sql");
    await writeFile(file, "CREATE TABLE more (id INT);\nALTER TABLE no_such_table\n  ADD COLUMN x INT;\n");
    const { code, output } = await cli.run(["run", "--port", String(await freePort())]);
    expect(code).toBe(1);
    expect(output).toContain("2_more.up.sql");
    expect(output).toContain('relation "no_such_table" does not exist');
    await writeFile(file, "CREATE TABLE more (id INT);\n");
    expect(await texts((await cli.serve()).url)).toEqual([]);
  });

  it("refuses a migration that was changed after it was applied", async () => {
    await ended((await cli.serve()).child, "SIGTERM");
    const file = path.join(cli.app, "notes/migrations/1_create_notes.up.sql");
    await writeFile(file, `${await readFile(file, "utf8")}-- changed\n`);
    const { code, output } = await cli.run(["run", "--port", String(await freePort())]);
    expect(code).toBe(1);
    expect(output).toContain("was applied with other contents; undo the change and add migration 2.");
  });

  it("prints all diagnostics and ends with 1 when the app is not accepted", async () => {
    await writeFile(
      path.join(cli.app, "notes/bad.ts"),
      'import { api } from "encore.dev/api";\nconst p = "/x";\nexport const a = api({ path: p }, async () => {});\n',
    );
    const { code, output } = await cli.run(["run"]);
    expect(code).toBe(1);
    expect(output).toContain("notes/bad.ts:3:");
    expect(output).toContain("E1002");
  });
});

describe("the command line", () => {
  it("gives help for all commands and for each", async () => {
    expect((await cli.run(["--help"])).output).toMatch(/run .*\n.*test .*\n.*check .*\n.*gen .*\n.*openapi .*\n.*db /);
    for (const [command = "", ...sub] of COMMANDS) {
      expect(await cli.run([command, ...sub, "--help"])).toMatchObject({
        code: 0,
        output: expect.stringContaining(`encore-local ${command}`),
      });
    }
  });

  it.each([
    [["serve"], "there is no command 'serve'"],
    [["run", "--prot", "1"], "--prot"],
    [["run", "--port", "x"], "--port x is no port number"],
    [["run", "--explorer-port", "70000"], "--explorer-port 70000 is no port number"],
    [["run", "--log-format", "xml"], "it must be text, json"],
  ])("%j ends with 2 and says why", async (args, message) => {
    expect(await cli.run(args)).toMatchObject({ code: 2, output: expect.stringContaining(message) });
  });

  it("finds the app from a folder inside it, and says when there is none", async () => {
    expect((await cli.run(["check"], { cwd: path.join(cli.app, "notes") })).code).toBe(0);
    expect((await cli.run(["check"], { cwd: tmpdir() })).code).toBe(2);
  });
});
