import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { type DaytonaServer, startDaytonaServer } from "../daytona-server/server";
import { type GitHubServer, startGitHubServer } from "../github-server/server";
import { Gate } from "../support/gate";
import { type SharedPostgres, startSharedPostgres } from "../support/postgres";
import { startVaporform, type Vaporform } from "../support/vaporform";

// What one user may have at once, on two instances that share nothing but the database.

const WAIT_MS = 120_000;
const IMPORTS = 3;
const STREAMS = 4;
const MESSAGES = 20;
const REPOSITORY = "octo/sample";
const FOLDER = fileURLToPath(new URL("../acceptance/sample-repository", import.meta.url));

let postgres: SharedPostgres;
let github: GitHubServer;
let daytona: DaytonaServer;
let instances: [Vaporform, Vaporform];
/** Imports are under way until it opens. */
const archives = new Gate();

beforeAll(async () => {
  postgres = await startSharedPostgres();
  github = await startGitHubServer({
    repositories: { [REPOSITORY]: FOLDER },
    onArchive: async () => {
      await archives.pass();
      return false;
    },
  });
  daytona = await startDaytonaServer({ key: "key-for-shares" });
  instances = [await start(), await start()];
}, WAIT_MS);
afterAll(async () => {
  archives.open();
  await Promise.all(instances.map((instance) => instance.stop()));
  await github.close();
  await daytona.close();
  await postgres.stop();
});

async function start(): Promise<Vaporform> {
  return await startVaporform({
    env: {
      ...postgres.env,
      GITHUB_API_URL: github.url,
      VAPORFORM_IMPORTS_PER_USER: String(IMPORTS),
      VAPORFORM_STREAMS_PER_USER: String(STREAMS),
      VAPORFORM_STREAM_MESSAGES_PER_MINUTE: String(MESSAGES),
    },
    secrets: { DaytonaAPIKey: daytona.key, DaytonaAPIURL: daytona.url },
    startTimeoutMs: WAIT_MS,
  });
}

interface Answered {
  status: number;
  body: { id: string; projectId: string; workspaceId: string; status: string; details: Record<string, unknown> };
}

async function send(n: 0 | 1, method: string, path: string, { as, body }: { as: string; body?: object }) {
  const response = await fetch(instances[n].url + path, {
    method,
    headers: { authorization: `Bearer dev:${as}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) } as Answered;
}

/** A stream that is open, with what has come on it. */
class Listener {
  readonly messages: Record<string, unknown>[] = [];
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  #heard: () => void = () => undefined;

  constructor(n: 0 | 1, path: string, as: string) {
    this.#socket = new WebSocket(instances[n].url.replace("http", "ws") + path, {
      headers: { authorization: `Bearer dev:${as}` },
    });
    this.#socket.on("message", (data) => {
      this.messages.push(JSON.parse(String(data)));
      this.#heard();
    });
    this.closed = new Promise((resolve) => this.#socket.on("close", () => resolve()));
    this.#socket.on("error", () => undefined);
  }

  async first(): Promise<Record<string, unknown>> {
    for (;;) {
      const [first] = this.messages;
      if (first !== undefined) return first;
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  say(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  async leave(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}

describe("imports under way", () => {
  it("are as many as a user may have, on all instances together, and a refused one leaves nothing behind", async () => {
    const asked = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        send((n % 2) as 0 | 1, "POST", "/github/import", { as: "ina", body: { repository: REPOSITORY } }),
      ),
    );
    const made = asked.filter(({ status }) => status === 200);
    const refused = asked.filter(({ status }) => status !== 200);
    expect(made).toHaveLength(IMPORTS);
    for (const { status, body } of refused) {
      expect(status).toBe(429);
      expect(body).toMatchObject({
        code: "resource_exhausted",
        details: { reason: "import_limit_reached", retryable: true, retryAfterSeconds: expect.any(Number) },
      });
    }
    const projects = await postgres.query(
      "SELECT id FROM projects WHERE owner_id = 'ina' AND deleted_at IS NULL ORDER BY id",
    );
    expect(projects.map(({ id }) => id)).toEqual(made.map(({ body }) => body.projectId).toSorted());
  });

  it("are no matter of anybody else's", async () => {
    const other = await send(1, "POST", "/github/import", { as: "otto", body: { repository: REPOSITORY } });
    expect(other.status).toBe(200);
  });

  it("may be begun again, by a retry too, once one of them has ended", async () => {
    const [one] = await postgres.query<{ id: string }>(UNDER_WAY, ["ina"]);
    const cancelled = one?.id ?? "";
    await send(0, "POST", `/github/imports/${cancelled}/cancel`, { as: "ina" });
    await vi.waitUntil(async () => (await postgres.query(UNDER_WAY, ["ina"])).length === IMPORTS - 1, {
      timeout: WAIT_MS,
    });
    const next = await send(1, "POST", "/github/import", { as: "ina", body: { repository: REPOSITORY } });
    expect(next.status).toBe(200);
    const retried = await send(0, "POST", `/github/imports/${cancelled}/retry`, { as: "ina" });
    expect(retried.body.details).toMatchObject({ reason: "import_limit_reached" });
  });
});

const UNDER_WAY = `SELECT imports.id FROM imports JOIN projects ON projects.id = project_id
  WHERE owner_id = $1 AND finished_at IS NULL`;

describe("open streams", () => {
  let path: string;
  const openOn = async (n: 0 | 1): Promise<Listener> => {
    const stream = new Listener(n, path, "olga");
    await stream.first();
    return stream;
  };

  it("are as many as a user may have, on all instances together", async () => {
    const { body } = await send(0, "POST", "/projects", { as: "olga", body: { name: "watched" } });
    path = `/workspace/${body.workspaceId}/events`;
    const streams = await Promise.all(Array.from({ length: 2 * STREAMS }, (_, n) => openOn((n % 2) as 0 | 1)));
    const refused = streams.filter(({ messages }) => "error" in (messages[0] ?? {}));
    expect(refused).toHaveLength(STREAMS);
    for (const stream of refused) {
      await stream.closed;
      expect(stream.messages).toEqual([
        {
          error: {
            code: "resource_exhausted",
            message: expect.any(String),
            details: {
              reason: "too_many_streams",
              hint: expect.any(String),
              retryable: true,
              retryAfterSeconds: expect.any(Number),
            },
          },
        },
      ]);
    }
    await Promise.all(streams.map((stream) => stream.leave()));
    await vi.waitUntil(async () => (await openStreams("olga")) === 0, { timeout: WAIT_MS });
  });

  it(
    "of an instance that was killed are counted no longer than its lease",
    async () => {
      for (let n = 0; n < STREAMS; n++) await openOn(0);
      expect(await (await openOn(1)).first()).toMatchObject({ error: { code: "resource_exhausted" } });
      const [dead, alive] = instances;
      await dead.kill();
      instances = [alive, await start()];
      await vi.waitUntil(async () => !("error" in (await (await openOn(0)).first())), {
        timeout: WAIT_MS,
        interval: 500,
      });
    },
    2 * WAIT_MS,
  );
});

async function openStreams(userId: string): Promise<number> {
  const [row] = await postgres.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM open_streams WHERE user_id = $1 AND lease_until > now()",
    [userId],
  );
  return row?.n ?? 0;
}

describe("messages on streams", () => {
  it("are as many in a minute as a user may send, on all instances together, and long ones are several", async () => {
    const { body } = await send(0, "POST", "/projects", { as: "mia", body: { name: "typed" } });
    const path = `/workspace/${body.workspaceId}`;
    await vi.waitUntil(async () => (await send(0, "GET", path, { as: "mia" })).body.status === "running", {
      timeout: WAIT_MS,
      interval: 200,
    });
    const terminals = [new Listener(0, `${path}/terminal`, "mia"), new Listener(1, `${path}/terminal`, "mia")] as const;
    for (const terminal of terminals) expect(await terminal.first()).toMatchObject({ type: "ready" });
    for (let n = 0; n < MESSAGES / 2 - 1; n++)
      for (const terminal of terminals) terminal.say({ type: "input", data: " " });
    const counted = async (): Promise<number> => {
      const rows = await postgres.query<{ points: number }>(
        "SELECT points FROM request_counts WHERE key LIKE 'messages:%'",
      );
      return rows.reduce((sum, { points }) => sum + points, 0);
    };
    await vi.waitUntil(async () => (await counted()) === MESSAGES - 2, { timeout: WAIT_MS });
    const [first, second] = terminals;
    first.say({ type: "input", data: " ".repeat(3 * 4_096) });
    await first.closed;
    expect(first.messages.at(-1)).toMatchObject({
      type: "error",
      error: {
        code: "resource_exhausted",
        details: { reason: "too_many_messages", retryAfterSeconds: expect.any(Number) },
      },
    });
    second.say({ type: "input", data: " " });
    await second.closed;
    expect(second.messages.at(-1)).toMatchObject({ error: { details: { reason: "too_many_messages" } } });
  });
});
