import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommandLine } from "./support/command-line";

const SOURCE = "notes/notes.ts";

let cli: CommandLine;

beforeEach(async () => {
  cli = await CommandLine.inCopyOf("notes");
});

afterEach(async () => {
  await cli.dispose();
});

async function change(file: string, from: string, to: string): Promise<void> {
  const absolute = path.join(cli.app, file);
  const text = await readFile(absolute, "utf8");
  expect(text).toContain(from);
  await writeFile(absolute, text.replace(from, to));
}

async function greeting(url: string): Promise<unknown> {
  return ((await (await fetch(`${url}/greeting`)).json()) as { text: unknown }).text;
}

describe("encore-local run, when something changes", () => {
  it("serves the changed source, with the data of before", async () => {
    const { url } = await cli.serve();
    await fetch(`${url}/notes`, { method: "POST", body: JSON.stringify({ text: "kept" }) });
    await change(SOURCE, "greeting() }", '"changed" }');
    await expect.poll(() => greeting(url).catch(() => "restarting"), { timeout: 20_000 }).toBe("changed");
    expect(await (await fetch(`${url}/notes`)).json()).toEqual({ texts: ["kept"] });
  });

  it.each([
    ["does not compile", "greeting() }", "greeting( }", "E1601"],
    ["is not accepted", 'path: "/greeting"', 'path: "greeting"', "notes/notes.ts:"],
    [
      "does not start",
      "interface Note {",
      'throw new Error("broken at the start");\ninterface Note {',
      "broken at the start",
    ],
  ])("goes on serving the last good version while the new one %s", async (_title, from, to, told) => {
    const { url, output } = await cli.serve();
    await change(SOURCE, from, to);
    await expect.poll(output, { timeout: 20_000 }).toContain("The version from before the change is still served.");
    expect(output()).toContain(told);
    expect(await greeting(url)).toBe("");
    await change(SOURCE, to, from);
    await change(SOURCE, "greeting() }", '"mended" }');
    await expect.poll(() => greeting(url).catch(() => "restarting"), { timeout: 20_000 }).toBe("mended");
  });

  it("applies a new migration first, and keeps the old version when it fails", async () => {
    const { url, output } = await cli.serve();
    const migration = path.join(cli.app, "notes/migrations/2_add_more.up.sql");
    await writeFile(migration, "ALTER TABLE no_such ADD COLUMN more TEXT;");
    await change(SOURCE, "SELECT text FROM notes", "SELECT text || more AS text FROM notes");
    await expect.poll(output, { timeout: 20_000 }).toContain('relation "no_such" does not exist');
    expect((await fetch(`${url}/notes`)).status).toBe(200);
    await writeFile(migration, "ALTER TABLE notes ADD COLUMN more TEXT NOT NULL DEFAULT '!';");
    await expect.poll(output, { timeout: 20_000 }).toContain("restarted after a change");
    await fetch(`${url}/notes`, { method: "POST", body: JSON.stringify({ text: "more" }) });
    expect(await (await fetch(`${url}/notes`)).json()).toEqual({ texts: ["more!"] });
  });

  it("reads the secrets again", async () => {
    const { url } = await cli.serve();
    await writeFile(path.join(cli.app, ".secrets.local.cue"), 'Greeting: "from the file"\n');
    await expect.poll(() => greeting(url).catch(() => "restarting"), { timeout: 20_000 }).toBe("from the file");
  });
});
