import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { Api } from "../../demo/api";
import { type DaytonaServer, startDaytonaServer } from "../daytona-server/server";
import { type GitHubServer, startGitHubServer } from "../github-server/server";
import { vaporformModel } from "../support/endpoints";
import { samplesOf } from "../support/metrics";
import { type SharedPostgres, startSharedPostgres } from "../support/postgres";
import { startVaporform, type Vaporform } from "../support/vaporform";

// Each thing that is counted happens once, and then no metric is without a count.

const WAIT_MS = 120_000;
const REPOSITORY = "octo/sample";
const FOLDER = path.resolve(fileURLToPath(new URL("../acceptance/sample-repository", import.meta.url)));

let postgres: SharedPostgres;
let github: GitHubServer;
let daytona: DaytonaServer;
let server: Vaporform;
let archives = 0;
let sandboxes = 0;

beforeAll(async () => {
  postgres = await startSharedPostgres();
  github = await startGitHubServer({
    repositories: { [REPOSITORY]: FOLDER },
    onArchive: async (res) => {
      archives += 1;
      if (archives > 1) return false;
      res.writeHead(502).end();
      return true;
    },
  });
  daytona = await startDaytonaServer({
    key: "key-for-metrics",
    onRequest: async ({ method, url }, res) => {
      if (method !== "POST" || url !== "/api/sandbox") return false;
      sandboxes += 1;
      if (sandboxes > 1) return false;
      res.writeHead(503).end();
      return true;
    },
  });
  server = await startVaporform({
    env: { ...postgres.env, GITHUB_API_URL: github.url },
    secrets: { DaytonaAPIKey: daytona.key, DaytonaAPIURL: daytona.url },
    startTimeoutMs: WAIT_MS,
  });
}, WAIT_MS);
afterAll(async () => {
  await server?.stop();
  await github?.close();
  await daytona?.close();
  await postgres?.stop();
});

it(
  "counts with every metric what it is for",
  async () => {
    const api = new Api(server.url, "dev:metrics");
    const started = await api.call<{ id: string; projectId: string }>("POST", "/github/import", {
      repository: REPOSITORY,
    });
    const counted = async (metric: string) => Object.keys(await samplesOf(server.url, metric)).length > 0;
    await vi.waitUntil(() => counted("imports_ended"), { timeout: WAIT_MS });
    expect(await samplesOf(server.url, "imports_ended")).toEqual({ 'outcome="succeeded",reason="none"': 1 });
    expect(await samplesOf(server.url, "imported_files")).toEqual({ "": 4 });
    await vi.waitUntil(() => counted("workspaces_provisioned"), { timeout: WAIT_MS });

    await postgres.query("DELETE FROM vfs_chunks");
    const damaged = api.call("GET", `/vfs/files/${started.projectId}/README.md`);
    await expect(damaged).rejects.toThrow("content_corrupted");
    await postgres.query("ALTER TABLE audit_entries RENAME TO audit_entries_away");
    await expect(api.call("POST", "/projects", { name: "not noted" })).rejects.toThrow();
    await postgres.query("ALTER TABLE audit_entries_away RENAME TO audit_entries");

    const names = vaporformModel().metrics.map(({ name }) => name);
    const samples = await Promise.all(names.map(async (name) => [name, await samplesOf(server.url, name)] as const));
    const still = samples.filter(([, values]) => !Object.values(values).some((value) => value > 0));
    expect(still.map(([name]) => name)).toEqual([]);
  },
  2 * WAIT_MS,
);
