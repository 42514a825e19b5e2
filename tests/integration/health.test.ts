import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Api } from "../../demo/api";
import { freePort } from "../../encore-local/src/postgres/free-port";
import { type GitHubServer, startGitHubServer } from "../github-server/server";
import { samplesOf as metricSamples } from "../support/metrics";
import { type SharedPostgres, startSharedPostgres } from "../support/postgres";
import { startVaporform, type Vaporform } from "../support/vaporform";

// A backend whose MongoDB and Daytona are away from the beginning, and whose database goes away in the end.

const WAIT_MS = 120_000;

let postgres: SharedPostgres;
let github: GitHubServer;
let server: Vaporform;
let databaseIsUp = true;
/** When GitHub will answer again, in seconds since 1970. */
let refusedUntil = 0;
/** Nobody listens there. */
let nowhere: string;

beforeAll(async () => {
  postgres = await startSharedPostgres();
  github = await startGitHubServer({
    onRequest: async ({ url }, res) => {
      if (url !== "/repos/octo/limited") return false;
      const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(refusedUntil) };
      res.writeHead(403, headers).end('{"message":"API rate limit exceeded"}');
      return true;
    },
  });
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

async function partStatus(name: string): Promise<string | undefined> {
  const { parts } = JSON.parse((await ask("/readyz")).text) as { parts: { name: string; status: string }[] };
  return parts.find((part) => part.name === name)?.status;
}

const samplesOf = (metric: string) => metricSamples(server.url, metric);

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
        { name: "github", status: "ok" },
        { name: "sign-in", status: "development" },
      ],
    });
    expect(text).not.toContain(nowhere);
  });

  it("says that GitHub refuses, from its refusal to the time that it named", async () => {
    const api = new Api(server.url, "dev:health");
    refusedUntil = Math.ceil(Date.now() / 1000) + 3;
    await expect(api.call("GET", "/github/repository?repository=octo/limited")).rejects.toThrow("github_rate_limited");
    expect(await partStatus("github")).toBe("unavailable");
    await vi.waitUntil(async () => (await partStatus("github")) === "ok", { timeout: WAIT_MS });
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
