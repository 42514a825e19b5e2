import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type RunningApp, runApp } from "./support/running-app";

const appNamed = (name: string): string => fileURLToPath(new URL(`apps/${name}`, import.meta.url));

let app: RunningApp;

async function call(path: string, init?: RequestInit): Promise<{ status: number; body: unknown; headers: Headers }> {
  const answer = await fetch(`${app.url}${path}`, { redirect: "manual", ...init });
  const text = await answer.text();
  const json = answer.headers.get("content-type")?.includes("json") === true;
  return { status: answer.status, body: json ? JSON.parse(text) : text, headers: answer.headers };
}

describe("a URL shortener with SQL, Pub/Sub, middleware and cron", () => {
  beforeAll(async () => {
    app = await runApp(appNamed("shortener"));
  });
  afterAll(async () => {
    expect(await app.stop()).toBe(0);
  });

  const shorten = (body: object, headers?: Record<string, string>) =>
    call("/url", { method: "POST", body: JSON.stringify(body), headers: { "X-On-Conflict": "reuse", ...headers } });

  it("keeps what it was given, and answers it as it was declared", async () => {
    const link = { id: "docs", target: "https://encore.dev/docs", tags: ["a", "b"], expiresAt: "2040-01-01T00:00:00Z" };
    const made = await shorten(link);
    expect(made).toMatchObject({ status: 200, body: { id: "docs", tags: ["a", "b"] } });
    expect(made.headers.get("X-Answered-By")).toBe("url");
    expect((await call("/url/docs")).body).toEqual(made.body);
    expect(new Date((made.body as { expiresAt: string }).expiresAt)).toEqual(new Date(link.expiresAt));
    expect((await call("/url?tag=a&tag=b")).body).toMatchObject({ links: [{ id: "docs" }] });
    expect((await call("/url?tag=a&tag=z")).body).toEqual({ links: [] });
  });

  it("rolls back what was not committed, and says why", async () => {
    await shorten({ id: "taken", target: "https://one.example" });
    expect(await shorten({ id: "taken", target: "https://two.example" })).toMatchObject({
      status: 409,
      body: { code: "already_exists", details: { id: "taken" } },
    });
    expect(await shorten({ id: "other", target: "https://one.example" })).toMatchObject({ body: { id: "taken" } });
    expect(await shorten({ target: "https://one.example" }, { "X-On-Conflict": "fail" })).toMatchObject({
      status: 409,
    });
  });

  it.each([
    [{ target: "http://plain.example" }, "target"],
    [{ target: `https://${"x".repeat(200)}` }, "target"],
    [{ target: "https://x.example", tags: [""] }, "tags"],
    [{ target: 7 }, "target"],
    [{}, "target"],
  ])("refuses %j", async (body, _field) => {
    expect(await shorten(body)).toMatchObject({ status: 400, body: { code: "invalid_argument" } });
  });

  it("redirects, and delivers each visit, also one whose first delivery failed", async () => {
    await shorten({ id: "flaky", target: "https://flaky.example" });
    expect((await call("/stats/flaky")).body).toEqual({ target: "https://flaky.example", visits: 0, last: null });
    const followed = await call("/l/flaky");
    expect(followed).toMatchObject({ status: 302 });
    expect(followed.headers.get("location")).toBe("https://flaky.example");
    expect(followed.headers.get("x-visits")).toBe("1");
    await expect.poll(async () => (await call("/stats/flaky")).body, { timeout: 10_000 }).toMatchObject({ visits: 1 });
    expect((await call("/stats/nothing")).status).toBe(404);
  });

  it("calls the cron job's endpoint like any other", async () => {
    await shorten({ id: "old", target: "https://old.example", expiresAt: "2001-01-01T00:00:00Z" });
    expect((await call("/url.expire", { method: "POST" })).status).toBe(200);
    expect((await call("/url/old")).status).toBe(404);
    expect(app.output()).toMatch(/expired links removed.*removed=1/);
  });
});

describe("a chat with streams and an auth handler", () => {
  beforeAll(async () => {
    app = await runApp(appNamed("chat"));
  });
  afterAll(async () => {
    expect(await app.stop()).toBe(0);
  });

  class Ear {
    readonly heard: unknown[] = [];
    readonly socket: WebSocket;
    constructor(path: string, options: { headers?: Record<string, string> } = {}) {
      this.socket = new WebSocket(`${app.url.replace("http", "ws")}${path}`, options);
      this.socket.on("message", (data) => this.heard.push(JSON.parse(data.toString())));
    }
    say(text: string, kind?: string): void {
      this.socket.send(JSON.stringify({ text, kind }));
    }
  }

  const opened = async (ear: Ear): Promise<Ear> => {
    await once(ear.socket, "open");
    return ear;
  };
  const said = (from: string, text: string) => ({ from, text, at: "1970-01-01T00:00:00Z" });

  it("knows who is there by header or by query", async () => {
    const headers = { Authorization: "Bearer member-ann" };
    expect((await call("/me", { headers })).body).toEqual({ nickname: "ann", joined: "1970-01-01T00:00:00Z" });
    expect((await call("/me?token=member-bob")).body).toMatchObject({ nickname: "bob" });
    expect(await call("/me?token=wrong")).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
    expect(await call("/me")).toMatchObject({ status: 401 });
  });

  it("carries what is said to everyone in the room", async () => {
    const ann = await opened(new Ear("/rooms/red?token=member-ann"));
    await expect.poll(() => ann.heard).toEqual([said("ann", "joined")]);
    const bob = await opened(new Ear("/rooms/red?quiet=true", { headers: { Authorization: "Bearer member-bob" } }));
    bob.say("hello");
    bob.say("waves", "action");
    const both = [said("bob", "hello"), said("bob", "* waves")];
    await expect.poll(() => bob.heard).toEqual(both);
    expect(ann.heard).toEqual([said("ann", "joined"), ...both]);
    expect((await call("/rooms/red/count?token=member-cy")).body).toEqual({ present: 2, you: "u-cy" });
    bob.socket.close();
    await expect.poll(async () => (await call("/rooms/red/count?token=member-cy")).body).toMatchObject({ present: 1 });
    ann.socket.close();
  });

  it("lets nobody in without a token, and lets no room be read that was never there", async () => {
    const stranger = new Ear("/rooms/red");
    const [, answer] = (await once(stranger.socket, "unexpected-response")) as [unknown, { statusCode: number }];
    expect(answer.statusCode).toBe(401);
    expect(await call("/rooms/blue/count?token=member-ann")).toMatchObject({
      status: 404,
      body: { code: "not_found" },
    });
  });

  it("gives what a stream has and then closes it", async () => {
    const history = new Ear("/rooms/red/history?last=3");
    await once(history.socket, "close");
    expect(history.heard).toEqual([{ text: "red 0" }, { text: "red 1" }, { text: "red 2" }]);
  });
});
