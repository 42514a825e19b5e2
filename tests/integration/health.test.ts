import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Api } from "../../demo/api";
import { freePort } from "../../encore-local/src/postgres/free-port";
import { type GitHubServer, startGitHubServer } from "../github-server/server";
import { type SharedPostgres, startSharedPostgres } from "../support/postgres";
import { startVaporform, type Vaporform } from "../support/vaporform";

// A backend whose MongoDB and Daytona are away from the beginning, and whose database goes away in the end.

const WAIT_MS = 120_000;

let postgres: SharedPostgres;
let github: GitHubServer;
let server: Vaporform;
let databaseIsUp = true;
/** Nobody listens there. */
let nowhere: string;

beforeAll(async () => {
  postgres = await startSharedPostgres();
  github = await startGitHubServer({});
  nowhere = `127.0.0.1:${await freePort()}`;
  server = await startVaporform({
    env: { ...postgres.env, GITHUB_API_URL: github.url },
    secrets: {
      DaytonaAPIKey: "key-for-health",
      DaytonaAPIURL: `http://${nowhere}/api`,
      MongoDBURI: `mongodb://${nowhere}/vaporform`,
    },
    startTimeoutMs: WAIT_MS,
  });
}, WAIT_MS);
afterAll(async () => {
  await server?.stop();
  await github?.close();
  if (databaseIsUp) await postgres?.stop();
});

async function ask(path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(server.url + path);
  return { status: response.status, text: await response.text() };
}

/** The value of each sample of a metric, by its labels without the service. */
async function samplesOf(metric: string): Promise<Record<string, number>> {
  const { text } = await ask("/__encore/metrics");
  const lines = [...text.matchAll(/^(\w+)\{(.*)\} (\d+)$/gm)].filter(([, name]) => name === metric);
  return Object.fromEntries(
    lines.map(([, , labels = "", value]) => [labels.replace(/,?service="[\w-]+"/, ""), Number(value)]),
  );
}

describe("readiness", () => {
  it("says which parts are away, and nothing else of them", async () => {
    const { status, text } = await ask("/readyz");
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      status: "degraded",
      parts: [
        { name: "content-store", status: "unavailable" },
        { name: "database", status: "ok" },
        { name: "daytona", status: "unavailable" },
      ],
    });
    expect(text).not.toContain(nowhere);
  });
});

describe("metrics", () => {
  it("count how imports end, and why", async () => {
    const api = new Api(server.url, "dev:health");
    const { id } = await api.call<{ id: string }>("POST", "/github/import", { repository: "octo/missing" });
    const failed = async () => (await api.call<{ status: string }>("GET", `/github/imports/${id}`)).status === "failed";
    await vi.waitUntil(failed, { timeout: WAIT_MS });
    expect(await samplesOf("imports_ended")).toEqual({ 'outcome="failed",reason="repository_not_found"': 1 });
    expect((await samplesOf("import_milliseconds"))['outcome="failed"']).toBeGreaterThan(0);
  });

  it("count what the content store and Daytona fail at, and what is refused", async () => {
    const api = new Api(server.url, "dev:health");
    const { id } = await api.call<{ id: string }>("POST", "/projects", { name: "counted" });
    const refused = await fetch(`${server.url}/vfs/files/${id}/a.txt`, {
      method: "PUT",
      headers: { authorization: "Bearer dev:health" },
      body: "text",
    });
    expect(refused.status).toBe(503);
    const unavailable = 'reason="content_store_unavailable"';
    expect((await samplesOf("content_store_failures"))[unavailable]).toBeGreaterThan(0);
    expect((await samplesOf("refused_requests"))[unavailable]).toBe(1);
    const failures = async () => (await samplesOf("daytona_failures"))['reason="daytona_unavailable"'] ?? 0;
    await vi.waitUntil(async () => (await failures()) > 0, { timeout: WAIT_MS });
    const moved = await samplesOf("workspace_transitions");
    expect(moved['from="pending",reason="none",to="starting"']).toBeGreaterThan(0);
  });
});

describe("without its database, a process", () => {
  it(
    "lives, and is not ready",
    async () => {
      await postgres.stop();
      databaseIsUp = false;
      await vi.waitUntil(async () => (await ask("/readyz")).status === 503, { timeout: WAIT_MS });
      const { text } = await ask("/readyz");
      expect(JSON.parse(text)).toMatchObject({
        code: "unavailable",
        message: "the database does not answer",
        details: { reason: "database_unavailable" },
      });
      expect((await ask("/healthz")).status).toBe(200);
    },
    WAIT_MS,
  );
});
