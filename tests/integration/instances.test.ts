import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Api } from "../../demo/api";
import { type DaytonaServer, startDaytonaServer } from "../daytona-server/server";
import { type GitHubServer, startGitHubServer } from "../github-server/server";
import { Gate } from "../support/gate";
import { type SharedPostgres, startSharedPostgres } from "../support/postgres";
import { startVaporform, type Vaporform } from "../support/vaporform";

// Three processes on one database. Messages stay within a process here, so that sweeps carry the work to the others, and
// carry it more than once.

const WAIT_MS = 180_000;
const REPOSITORY = "octo/sample";
const FOLDER = path.resolve(fileURLToPath(new URL("../acceptance/sample-repository", import.meta.url)));
const REQUESTS_PER_MINUTE = 120;

let postgres: SharedPostgres;
/** One for each instance, so that it is seen who asks. */
let githubs: GitHubServer[];
let daytona: DaytonaServer;
/** Those that live, and all that were started. */
let instances: Vaporform[];
let all: Vaporform[];
const archives = new Gate();
/** Who asked for an archive, in turn. */
const askedBy: Vaporform[] = [];

beforeAll(async () => {
  postgres = await startSharedPostgres();
  githubs = await Promise.all([0, 1, 2].map(gitHubFor));
  daytona = await startDaytonaServer({
    key: "key-for-instances",
    // Long enough for every instance to come by while a sandbox is being made.
    timing: { createMs: 1_500, startMs: 50, stopMs: 50, deleteMs: 50 },
  });
  // The first one brings the database up to date.
  const [first, ...others] = githubs;
  if (first === undefined) throw new Error("there is a GitHub for each instance");
  instances = [await start(first)];
  instances.push(...(await Promise.all(others.map(start))));
  all = [...instances];
}, WAIT_MS);
afterAll(async () => {
  archives.open();
  await Promise.all((instances ?? []).map((instance) => instance.stop()));
  await Promise.all((githubs ?? []).map((github) => github.close()));
  await daytona?.close();
  await postgres?.stop();
});

async function gitHubFor(n: number): Promise<GitHubServer> {
  return await startGitHubServer({
    repositories: { [REPOSITORY]: FOLDER },
    onArchive: async () => {
      const instance = all[n];
      if (instance !== undefined) askedBy.push(instance);
      await archives.pass();
      return false;
    },
  });
}

async function start(github: GitHubServer): Promise<Vaporform> {
  return await startVaporform({
    env: {
      ...postgres.env,
      GITHUB_API_URL: github.url,
      VAPORFORM_REQUESTS_PER_MINUTE: String(REQUESTS_PER_MINUTE),
    },
    secrets: { DaytonaAPIKey: daytona.key, DaytonaAPIURL: daytona.url },
    startTimeoutMs: WAIT_MS,
  });
}

/** Has each instance that lives look for what is due, several times. */
async function sweepEverywhere(service: "github-import.sweepImports" | "workspace.sweepWorkspaces"): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await Promise.all(instances.map(({ url }) => fetch(`${url}/${service}`, { method: "POST" })));
  }
}

/** The same request to each instance at the same time, under one key. */
async function askAll(target: string, body: object): Promise<{ status: number; id: string | undefined }[]> {
  return await Promise.all(
    instances.map(async ({ url }) => {
      const response = await fetch(url + target, {
        method: "POST",
        headers: {
          authorization: "Bearer dev:fleet",
          "content-type": "application/json",
          "idempotency-key": `${target} once`,
        },
        body: JSON.stringify(body),
      });
      const { id } = (await response.json()) as { id?: string };
      return { status: response.status, id };
    }),
  );
}

describe("three instances on one database", () => {
  it("count the requests of a user together", async () => {
    const asked = instances.flatMap(({ url }) =>
      Array.from({ length: REQUESTS_PER_MINUTE / 2 }, () =>
        fetch(`${url}/audit`, { headers: { authorization: "Bearer dev:eager" } }),
      ),
    );
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(REQUESTS_PER_MINUTE);
    expect(statuses.filter((status) => status === 429)).toHaveLength(REQUESTS_PER_MINUTE / 2);
  });

  it(
    "do an import once that all were asked for, though the one that had it is killed",
    async () => {
      const answers = await askAll("/github/import", { repository: REPOSITORY });
      const made = answers.filter(({ status }) => status === 200);
      // One was carried out; the others heard of it, or that it is under way.
      expect(new Set(made.map(({ id }) => id)).size).toBe(1);
      expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
      const importId = made[0]?.id ?? "";
      await vi.waitUntil(() => archives.arrivals === 1, { timeout: WAIT_MS });
      await sweepEverywhere("github-import.sweepImports");
      expect(archives.arrivals).toBe(1);

      const [holder] = askedBy;
      if (holder === undefined) throw new Error("no instance took the import");
      instances = instances.filter((instance) => instance !== holder);
      await holder.kill();
      await sweepEverywhere("github-import.sweepImports");
      // Once the lease of the dead is over.
      await vi.waitUntil(() => archives.arrivals === 2, { timeout: WAIT_MS });
      expect(askedBy[1]).not.toBe(holder);
      archives.open();
      await vi.waitUntil(async () => (await importRow(importId))?.status === "succeeded", { timeout: WAIT_MS });

      expect(await postgres.query("SELECT id, attempts FROM imports")).toEqual([{ id: importId, attempts: 2 }]);
      expect(archives.arrivals).toBe(2);
      const [ends] = await postgres.query(
        "SELECT count(*)::int AS n FROM import_events WHERE import_id = $1 AND status = 'succeeded'",
        [importId],
      );
      expect(ends).toEqual({ n: 1 });
      const projectId = String((await importRow(importId))?.project_id);
      const paths = await postgres.query(
        "SELECT path FROM vfs_entries WHERE project_id = $1 AND kind = 'file' ORDER BY path",
        [projectId],
      );
      expect(paths).toEqual(
        ["README.md", "package.json", "src/index.ts", "tsconfig.json"].map((file) => ({ path: file })),
      );
      const workspaces = await postgres.query("SELECT 1 FROM workspaces WHERE project_id = $1", [projectId]);
      expect(workspaces).toHaveLength(1);
    },
    2 * WAIT_MS,
  );

  it(
    "make one sandbox for each workspace, whoever is asked, and whoever dies",
    async () => {
      const [one, other] = instances;
      if (one === undefined || other === undefined) throw new Error("two instances are left");
      const wanted = await Promise.all(
        Array.from({ length: 6 }, async (_, n) => {
          const { url } = instances[n % instances.length] ?? one;
          return await new Api(url, "dev:fleet").call<{ workspaceId: string }>("POST", "/projects", {
            name: `fleet ${n}`,
          });
        }),
      );
      await sweepEverywhere("workspace.sweepWorkspaces");
      await Promise.all(
        wanted.flatMap(({ workspaceId }) =>
          [one, other].map(({ url }) => new Api(url, "dev:fleet").call("POST", `/workspace/${workspaceId}/start`)),
        ),
      );
      instances = [other];
      await one.kill();
      const allRun = async () => {
        await sweepEverywhere("workspace.sweepWorkspaces");
        const waiting = await postgres.query(
          "SELECT 1 FROM workspaces WHERE status <> 'running' OR next_attempt_at IS NOT NULL",
        );
        return waiting.length === 0;
      };
      await vi.waitUntil(allRun, { timeout: WAIT_MS, interval: 500 });

      const rows = await postgres.query<{ id: string; sandbox: string }>(
        "SELECT id, daytona_sandbox_id AS sandbox FROM workspaces",
      );
      expect(rows.map(({ id }) => id)).toEqual(expect.arrayContaining(wanted.map(({ workspaceId }) => workspaceId)));
      const made = daytona.registry.all.map(({ sandbox }) => sandbox.id);
      expect(made.toSorted()).toEqual(rows.map(({ sandbox }) => sandbox).toSorted());
    },
    WAIT_MS * 2,
  );
});

async function importRow(id: string): Promise<Record<string, unknown> | undefined> {
  return (await postgres.query("SELECT * FROM imports WHERE id = $1", [id]))[0];
}
