import { request } from "node:http";
import path from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { Api } from "../../demo/api";
import { type DaytonaServer, startDaytonaServer } from "../daytona-server/server";
import { type GitHubServer, startGitHubServer } from "../github-server/server";
import { Gate } from "../support/gate";
import { type SharedPostgres, startSharedPostgres } from "../support/postgres";
import { startVaporform, type Vaporform } from "../support/vaporform";

// One server is asked to end in the middle of an import, of a sandbox's creation and of two streams; another one follows.

const WAIT_MS = 120_000;
const REPOSITORY = "octo/sample";
const FOLDER = path.resolve(fileURLToPath(new URL("../acceptance/sample-repository", import.meta.url)));

let postgres: SharedPostgres;
let github: GitHubServer;
let daytona: DaytonaServer;
let first: Vaporform;
let second: Vaporform;

const archives = new Gate();
const creations = new Gate();

beforeAll(async () => {
  postgres = await startSharedPostgres();
  github = await startGitHubServer({
    repositories: { [REPOSITORY]: FOLDER },
    onArchive: async () => {
      await archives.pass();
      return false;
    },
  });
  daytona = await startDaytonaServer({
    key: "key-for-shutdown",
    onRequest: async ({ method, url }) => {
      if (method === "POST" && url === "/api/sandbox") await creations.pass();
      return false;
    },
  });
  first = await start();
});
afterAll(async () => {
  archives.open();
  creations.open();
  await second?.stop();
  await github.close();
  await daytona.close();
  await postgres.stop();
});

async function start(): Promise<Vaporform> {
  return await startVaporform({
    env: { ...postgres.env, GITHUB_API_URL: github.url },
    secrets: { DaytonaAPIKey: daytona.key, DaytonaAPIURL: daytona.url },
    startTimeoutMs: WAIT_MS,
  });
}

interface Closed {
  code: number;
  reason: string;
}

/** Resolves when the first message is there; `closed` tells how it ended. */
async function openStream(at: string): Promise<{ closed: Promise<Closed> }> {
  const socket = new WebSocket(first.url.replace("http", "ws") + at, "encore-ws", {
    headers: { authorization: "Bearer dev:ops" },
  });
  const closed = new Promise<Closed>((resolve) => {
    socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await new Promise((resolve, reject) => {
    socket.once("message", resolve);
    socket.once("error", reject);
  });
  return { closed };
}

/** An upload that the server has begun to take, and that ends when it is told to; then gives the answer's status. */
async function beginUpload(at: string): Promise<(rest: string) => Promise<number>> {
  const upload = request(first.url + at, {
    method: "PUT",
    headers: { authorization: "Bearer dev:ops", expect: "100-continue" },
  });
  const answered = new Promise<number>((resolve, reject) => {
    upload.once("error", reject);
    upload.once("response", (response) => {
      text(response).then(() => resolve(response.statusCode ?? 0), reject);
    });
  });
  answered.catch(() => undefined);
  upload.flushHeaders();
  await new Promise((resolve) => upload.once("continue", resolve));
  upload.write("first half, ");
  return async (rest) => {
    upload.end(rest);
    return await answered;
  };
}

async function refusesConnections(): Promise<boolean> {
  return await fetch(`${first.url}/healthz`).then(
    () => false,
    () => true,
  );
}

describe("a server that is asked to end", () => {
  let importId: string;
  let workspaceId: string;
  let projectId: string;

  it(
    "gives back what it has in hand, tells its streams why they end, and ends well",
    async () => {
      const api = new Api(first.url, "dev:ops");
      const created = await api.call<{ id: string; workspaceId: string }>("POST", "/projects", {
        name: "made before the end",
      });
      projectId = created.id;
      const started = await api.call<{ id: string }>("POST", "/github/import", { repository: REPOSITORY });
      workspaceId = created.workspaceId;
      importId = started.id;
      const streams = [
        await openStream(`/github/imports/${importId}/progress`),
        await openStream(`/workspace/${workspaceId}/events`),
      ];
      await vi.waitUntil(() => archives.arrivals === 1 && creations.arrivals > 0, { timeout: WAIT_MS });
      expect(await leases()).toEqual({ imports: 1, workspaces: creations.arrivals });

      const finishUpload = await beginUpload(`/vfs/files/${projectId}/taken.txt`);
      const stopped = first.stop();
      await vi.waitUntil(refusesConnections, { timeout: WAIT_MS });
      expect(await finishUpload("second half")).toBe(201);

      expect(await stopped, first.lines.slice(-12).join("\n")).toBe(0);

      for (const { closed } of streams) {
        expect(await closed).toEqual({ code: 1001, reason: "server is shutting down" });
      }
      expect(await leases()).toEqual({ imports: 0, workspaces: 0 });
      // The attempt that was cut off is not held against the import.
      expect(await rowOf("imports", importId)).toMatchObject({ status: "queued", attempts: 0, next_attempt_at: null });
    },
    WAIT_MS,
  );

  it(
    "is followed by one that goes on at once: one import of everything, one sandbox for each workspace",
    async () => {
      second = await start();
      const kept = await fetch(`${second.url}/vfs/files/${projectId}/taken.txt`, {
        headers: { authorization: "Bearer dev:ops" },
      });
      expect(await kept.text()).toBe("first half, second half");
      await vi.waitUntil(() => archives.arrivals === 2, { timeout: WAIT_MS });
      archives.open();
      creations.open();
      await vi.waitUntil(async () => (await rowOf("imports", importId))?.status === "succeeded", { timeout: WAIT_MS });
      expect(await rowOf("imports", importId)).toMatchObject({ attempts: 1 });
      const settled = async () =>
        (await postgres.query("SELECT 1 FROM workspaces WHERE status <> 'running' OR daytona_sandbox_id IS NULL"))
          .length === 0;
      await vi.waitUntil(settled, { timeout: WAIT_MS, interval: 200 });
      const workspaces = await postgres.query<{ id: string }>("SELECT id FROM workspaces");
      const owners = daytona.registry.all.map(({ sandbox }) => sandbox.labels["vaporform-workspace"]);
      expect(owners.toSorted()).toEqual(workspaces.map(({ id }) => id).toSorted());
    },
    WAIT_MS,
  );
});

interface Leases {
  imports: number;
  workspaces: number;
}

async function leases(): Promise<Leases | undefined> {
  const [found] = await postgres.query<Leases>(
    `SELECT (SELECT count(*)::int FROM imports WHERE lease_until > now()) AS imports,
       (SELECT count(*)::int FROM workspaces WHERE lease_until > now()) AS workspaces`,
  );
  return found;
}

async function rowOf(table: "imports" | "workspaces", id: string): Promise<Record<string, unknown> | undefined> {
  return (await postgres.query(`SELECT * FROM ${table} WHERE id = $1`, [id]))[0];
}
