import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { Api, type ImportState } from "../../demo/api";
import { type GitHubServer, startGitHubServer } from "../github-server/server";
import { type SharedPostgres, startSharedPostgres } from "../support/postgres";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy";
import { startVaporform, type Vaporform } from "../support/vaporform";

// The one moment that counts, from both sides: the commit which brings the files in did not reach the database, or it did
// and nobody was told. All that the server says to its database passes a proxy that knows that moment.

const WAIT_MS = 120_000;
const REPOSITORY = "octo/versions";
const FILES = 40;
/** In the transaction that brings the files in; nothing else sends both on one connection. */
const COMMIT = ["UPDATE vfs_stages SET committed", "COMMIT"];

let scratch: string;
let postgres: SharedPostgres;
let proxy: TcpProxy;
let github: GitHubServer;
let server: Vaporform;
let projectId: string;
let importId: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "vaporform-commit-"));
  postgres = await startSharedPostgres();
  proxy = await startTcpProxy(Number(new URL(postgres.connectionString("postgres")).port));
  github = await startGitHubServer({ root: scratch });
  server = await start();
}, WAIT_MS);

beforeEach(async () => {
  await push("first");
  const first = await importInto(undefined);
  projectId = first.projectId;
  await finished(first.id);
  await push("second");
});

afterAll(async () => {
  await server?.stop();
  await github.close();
  await proxy.close();
  await postgres.stop();
  await rm(scratch, { recursive: true, force: true });
});

async function start(): Promise<Vaporform> {
  const env = { ...postgres.env, ENCORE_SQLDB_HOST: `127.0.0.1:${proxy.port}`, GITHUB_API_URL: github.url };
  return await startVaporform({ env, startTimeoutMs: WAIT_MS });
}

/** Every file says which version it is of, and each version has files that the other has not. */
async function push(version: "first" | "second"): Promise<void> {
  const folder = path.join(scratch, REPOSITORY);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (let n = 0; n < FILES; n++) {
    await writeFile(path.join(folder, `both-${n}`), `${version} ${n}`);
    await writeFile(path.join(folder, `${version}-${n}`), `only in the ${version} ${n}`);
  }
}

async function importInto(project: string | undefined): Promise<ImportState> {
  return await api().call<ImportState>("POST", "/github/import", {
    repository: REPOSITORY,
    ...(project === undefined ? {} : { projectId: project }),
  });
}

const api = () => new Api(server.url, "dev:committer");

async function finished(id: string): Promise<void> {
  await vi.waitUntil(async () => (await row(id))?.finished, { timeout: WAIT_MS, interval: 100 });
  expect(await row(id)).toMatchObject({ status: "succeeded" });
}

interface Row {
  status: string;
  attempts: number;
  outcome: object | null;
  finished: boolean;
}

async function row(id: string): Promise<Row | undefined> {
  const rows = await postgres.query<Row>(
    "SELECT status, attempts, outcome, finished_at IS NOT NULL AS finished FROM imports WHERE id = $1",
    [id],
  );
  return rows[0];
}

/** Which versions the files of the tree are of: one of them, unless something is badly wrong. */
async function versions(): Promise<string[]> {
  const rows = await postgres.query<{ text: string }>(
    `SELECT convert_from(k.data, 'utf8') AS text FROM vfs_entries e JOIN vfs_chunks k ON k.content_id = e.content_id
     WHERE e.project_id = $1`,
    [projectId],
  );
  expect(rows).toHaveLength(2 * FILES);
  return [...new Set(rows.map(({ text }) => /first|second/.exec(text)?.[0] ?? text))];
}

const archives = () => github.requests.filter((url) => url.startsWith("/_codeload/")).length;

/** Begins to import the second version, which meets the fault at its commit. */
async function importMeeting(fault: { when: "before" | "after"; reached: () => void | Promise<void> }): Promise<void> {
  await proxy.fail({ kind: "stop", at: COMMIT, ...fault });
  importId = (await importInto(projectId)).id;
}

/** The second version is there, as a whole and once, and nothing is left of attempts. */
async function expectSecond(attempts: number): Promise<void> {
  await finished(importId);
  expect(await row(importId)).toMatchObject({
    attempts,
    outcome: { unchanged: false, added: FILES, changed: FILES, removed: FILES },
  });
  expect(await versions()).toEqual(["second"]);
  expect(await postgres.query("SELECT id, committed FROM vfs_stages WHERE project_id = $1", [projectId])).toEqual([
    { id: importId, committed: true },
  ]);
  const leftOver = await postgres.query(
    `SELECT 1 FROM vfs_contents c WHERE project_id = $1
       AND NOT EXISTS (SELECT 1 FROM vfs_entries e WHERE e.content_id = c.id)
       AND NOT EXISTS (SELECT 1 FROM vfs_versions v WHERE v.content_id = c.id)`,
    [projectId],
  );
  expect(leftOver).toEqual([]);
  const workspaces = await postgres.query("SELECT 1 FROM workspaces WHERE project_id = $1", [projectId]);
  expect(workspaces).toHaveLength(1);
}

describe("a database that is gone", () => {
  it("before it has the commit: nothing has changed, and another attempt brings all of it", async () => {
    const before = archives();
    let seen: string[] = [];
    await importMeeting({
      when: "before",
      reached: async () => {
        seen = await versions();
      },
    });
    await expectSecond(2);
    expect(seen).toEqual(["first"]);
    expect(archives() - before).toBe(2);
  });

  it("once it has the commit, and cannot say so: that is found out by the import's id, and nothing is done twice", async () => {
    const before = archives();
    await importMeeting({ when: "after", reached: () => undefined });
    await expectSecond(2);
    expect(archives() - before).toBe(1);
  });

  it("once it has the commit, at the last attempt: what is in place does not fail", async () => {
    await postgres.query("ALTER TABLE imports ALTER COLUMN attempts SET DEFAULT 5");
    await importMeeting({ when: "after", reached: () => undefined });
    await postgres.query("ALTER TABLE imports ALTER COLUMN attempts SET DEFAULT 0");
    await expectSecond(7);
  });

  it.each(["before", "after"] as const)("%s the commit, and stays away for a while", async (when) => {
    const told = server.lines.length;
    await importMeeting({ when, reached: () => proxy.fail({ kind: "refused" }) });
    await vi.waitUntil(() => server.lines.slice(told).some((line) => line.includes("message handler failed")), {
      timeout: WAIT_MS,
    });
    expect(await versions()).toEqual([when === "before" ? "first" : "second"]);
    await proxy.fail({ kind: "none" });
    await expectSecond(2);
  });
});

describe("a server that is killed", () => {
  it.each([
    ["just before the database has the commit", "before", "first", 2],
    ["just after the database has it", "after", "second", 1],
  ] as const)("%s is followed by one that finishes the import", async (_title, when, served, downloads) => {
    const before = archives();
    const killed = new Promise<void>((resolve, reject) => {
      importMeeting({ when, reached: () => server.kill().then(resolve, reject) }).catch(reject);
    });
    await killed;
    expect(await versions()).toEqual([served]);
    server = await start();
    await expectSecond(2);
    expect(archives() - before).toBe(downloads);
  });
});
