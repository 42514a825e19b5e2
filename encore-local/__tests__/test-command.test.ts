import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ensureDatabase } from "../src/postgres/databases";
import { type PostgresServer, startPostgres } from "../src/postgres/server";
import { CommandLine, ended } from "./support/command-line";

let cli: CommandLine;

beforeEach(async () => {
  cli = await CommandLine.inCopyOf("notes");
});

afterEach(async () => {
  await cli.dispose();
});

const write = (file: string, text: string): Promise<void> => writeFile(path.join(cli.app, file), text);

/** Prints, as a test's process would see it, what it was given. */
const GIVEN = `
const config = JSON.parse(require("fs").readFileSync(process.env.ENCORE_LOCAL_CONFIG));
console.log("given " + JSON.stringify({ mode: process.env.NODE_ENV, pid: process.pid, ...config.testDatabases }));`;

interface Given {
  mode: string;
  pid: number;
  folder: string;
}

const givenIn = (output: string): Given => JSON.parse(/^given (.*)$/m.exec(output)?.[1] ?? "null") as Given;

describe("encore-local test", () => {
  it("gives a command a runtime and the mode, and passes its exit code on", async () => {
    const { code, output } = await cli.run(["test", "--", process.execPath, "-e", `${GIVEN} process.exit(3)`]);
    expect(code).toBe(3);
    const { mode, folder } = givenIn(output);
    expect(mode).toBe("test");
    expect(existsSync(folder)).toBe(false);
  });

  it("gives each of several test files that run at once a migrated database of its own, which what it starts shares", async () => {
    await write("vitest.config.mjs", 'export default { resolve: { alias: { "~encore": "/encore.gen" } } };\n');
    await write(
      "notes/store.ts",
      'import { SQLDatabase } from "encore.dev/storage/sqldb";\nexport const db = SQLDatabase.named("notes");\n',
    );
    await write("started.mjs", STARTED);
    for (const name of ["a", "b", "c"]) await write(`${name}.test.ts`, testFile(name));
    const { code, output } = await cli.run(["test", "--", "npx", "vitest", "run", "--maxWorkers=3"]);
    expect(output).toContain("3 passed");
    expect(code).toBe(0);
  });

  it("removes what a run left behind that was killed, its server too", async () => {
    const { child, output } = cli.start(["test", "--", process.execPath, "-e", `${GIVEN} setInterval(() => {}, 1000)`]);
    await expect.poll(output, { timeout: 30_000 }).toContain("given ");
    const { pid, folder } = givenIn(output());
    const scratch = path.dirname(folder);
    await ended(child, "SIGKILL");
    // It had lost its parent already.
    process.kill(pid, "SIGKILL");
    expect(existsSync(path.join(scratch, "postgres/postmaster.pid"))).toBe(true);
    expect((await cli.run(["test", "--", process.execPath, "-e", ""])).code).toBe(0);
    expect(existsSync(scratch)).toBe(false);
  });
});

/** Writes a note, waits until the others have, too, and finds no other than its own and that of a process it started. */
function testFile(name: string): string {
  return `
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { db } from "./notes/store";

it("is alone in its database", async () => {
  await db.exec\`INSERT INTO notes (text) VALUES (\${"${name}"})\`;
  writeFileSync("${name}.written", "");
  await vi.waitFor(() => expect(["a", "b", "c"].every((file) => existsSync(file + ".written"))).toBe(true), 50_000);
  execFileSync(process.execPath, ["started.mjs"], { env: { ...process.env, NAME: "${name}" } });
  const rows = await db.queryAll<{ text: string }>\`SELECT text FROM notes ORDER BY text\`;
  expect(rows.map(({ text }) => text)).toEqual(["${name}", "started by ${name}"]);
}, 60_000);
`;
}

const STARTED = `
import { SQLDatabase } from "encore.dev/storage/sqldb";
await SQLDatabase.named("notes").exec\`INSERT INTO notes (text) VALUES (\${"started by " + process.env.NAME})\`;
process.exit(0);
`;

describe("encore-local test on a server that was given", () => {
  let scratch: string;
  let server: PostgresServer;

  beforeAll(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), "encore-local-given-"));
    server = await startPostgres({ dataDir: scratch, durable: false });
  });

  afterAll(async () => {
    await server.stop();
    await rm(scratch, { recursive: true, force: true });
  });

  function given(): NodeJS.ProcessEnv {
    const { host, username, password } = new URL(server.connectionString("postgres"));
    return { ENCORE_SQLDB_HOST: host, ENCORE_SQLDB_USER: username, ENCORE_SQLDB_PASSWORD: password };
  }

  async function databases(): Promise<string[]> {
    const client = new Client({ connectionString: server.connectionString("postgres") });
    await client.connect();
    const { rows } = await client.query<{ datname: string }>("SELECT datname FROM pg_database ORDER BY datname");
    await client.end();
    return rows.map(({ datname }) => datname).filter((name) => !/^(postgres|template[01])$/.test(name));
  }

  it("leaves the template alone behind, and drops what other runs left that were killed", async () => {
    for (const name of ["notes_test_0badc0de_0", "notes_building_0badc0de", "others_test_0badc0de_0"]) {
      await ensureDatabase(server, name);
    }
    const script = "process.exit(0)";
    const args = ["test", "--", process.execPath, "-e", script];
    expect(await cli.run(args, { env: given() })).toMatchObject({ code: 0 });
    const [template, ...others] = await databases();
    expect(template).toMatch(/^notes_template_[0-9a-f]{12}$/);
    expect(others).toEqual(["others_test_0badc0de_0"]);
    expect(await cli.run(args, { env: given() })).toMatchObject({ code: 0 });
    expect(await databases()).toEqual([template, ...others]);
  });

  it("makes another template once the migrations are others", async () => {
    const [before] = await databases();
    await write("notes/migrations/2_more.up.sql", "CREATE TABLE more (id INT);\n");
    expect(await cli.run(["test", "--", process.execPath, "-e", ""], { env: given() })).toMatchObject({ code: 0 });
    const templates = (await databases()).filter((name) => name.includes("_template_"));
    expect(templates).toHaveLength(2);
    expect(templates).toContain(before);
  });
});
