import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { CommandLine } from "./support/command-line";
import { ExplorerClient } from "./support/explorer-client";

const SECRET = "the-value-of-a-secret";
const SIGNED_IN: [string, string] = ["authorization", "Bearer clerk-ada"];
const JSON_TYPE: [string, string] = ["content-type", "application/json"];
/** What is told of comes within moments; a busy machine may take its time. */
const WITHIN = { timeout: 20_000 };
const ORDER = JSON.stringify({ article: "teapot", pieces: 2 });

async function shop(): Promise<CommandLine> {
  const cli = await CommandLine.inCopyOf("shop");
  await writeFile(path.join(cli.app, ".secrets.local.cue"), `Currency: "${SECRET}"\n`);
  return cli;
}

const textOf = ({ body }: { body: string }): string => Buffer.from(body, "base64").toString();

describe("the API explorer", () => {
  let cli: CommandLine;
  let app: { url: string; output: () => string };
  let explorer: ExplorerClient;

  beforeAll(async () => {
    cli = await shop();
    ({ app, explorer } = await ExplorerClient.serve(cli));
  });

  afterAll(async () => {
    await cli.dispose();
  });

  it("is named when the app has started", () => {
    expect(app.output()).toContain(`API explorer: ${explorer.url}`);
  });

  it("describes every endpoint, with a sample that the endpoint takes", async () => {
    const { services } = await explorer.describe();
    const endpoints = services.flatMap((service) => service.endpoints);
    expect(endpoints.map(({ name, kind, expose }) => [name, kind, expose])).toEqual([
      ["place", "typed", true],
      ["get", "typed", true],
      ["label", "raw", true],
      ["echo", "streamInOut", true],
      ["takeStock", "typed", false],
    ]);
    const place = endpoints[0];
    expect(place).toMatchObject({ doc: "Takes an order, and tells of it.", auth: true, source: "shop/shop.ts:34" });
    const sample = JSON.stringify(place?.forms.POST?.body?.sample);
    const answer = await explorer.call({
      method: "POST",
      path: "/orders",
      headers: [SIGNED_IN, JSON_TYPE],
      body: sample,
    });
    expect(answer.status).toBe(200);
  });

  it("tells which secrets are set, and no value of any", async () => {
    const description = await explorer.describe();
    expect(description.secrets.map(({ name, set }) => [name, set])).toEqual([
      ["Currency", true],
      ["TaxNumber", false],
    ]);
    expect(JSON.stringify(description)).not.toContain(SECRET);
  });

  it("tells topics, subscriptions, cron jobs and what the auth handler reads", async () => {
    expect(await explorer.describe()).toMatchObject({
      topics: [{ name: "orders", doc: "Whatever was ordered.", subscriptions: [{ name: "pack", service: "shop" }] }],
      cron: { on: false, jobs: [{ name: "stock", schedule: "every 360 minutes", endpoint: { name: "takeStock" } }] },
      auth: [{ name: "Authorization", in: "header" }],
    });
  });

  it("calls the app with headers and cookies that a browser keeps to itself", async () => {
    const headers: [string, string][] = [SIGNED_IN, JSON_TYPE, ["x-priority", "high"], ["cookie", "till=7"]];
    const answer = await explorer.call({ method: "POST", path: "/orders", headers, body: ORDER });
    expect(JSON.parse(textOf(answer))).toMatchObject({ clerk: "ada", priority: "high", till: "7" });
  });

  it("shows of a cookie that the app sets no more than its name", async () => {
    const answer = await explorer.call({ method: "POST", path: "/labels/a/b?c=d", headers: [], body: "text" });
    expect(textOf(answer)).toBe("/labels/a/b?c=d text");
    expect(answer.headers).toContainEqual(["set-cookie", "session=•••; Path=/; HttpOnly"]);
  });

  it.each([
    [{ method: "GET", path: "http://example.com/", headers: [] }, "the path must begin with '/'"],
    [{ method: "get", path: "/", headers: [] }, "the method must be in capitals"],
    [{ method: "GET", path: "/", headers: [["a b", "c"]] }, 'the header "a b" cannot be sent'],
    [{ method: "GET", path: "/", headers: [["Host", "other"]] }, "the header Host cannot be chosen"],
    [{ method: "GET", path: "/", headers: {} }, "headers are a list"],
    [[], "the method must be in capitals"],
  ])("refuses the call %j", async (call, reason) => {
    const response = await fetch(`${explorer.url}/api/call`, { method: "POST", body: JSON.stringify(call) });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: string }).error).toContain(reason);
  });

  it.each([
    ["under a name that another site gave to this machine", "/", { host: "attacker.example:9400" }, "GET"],
    ["a page of another site", "/api/call", { origin: "http://attacker.example" }, "POST"],
    ["a page of another port", "/api/call", { origin: "http://127.0.0.1:1" }, "POST"],
    ["a frame of another site", "/api/app", { "sec-fetch-site": "cross-site" }, "GET"],
    ["a page of another port, silently", "/api/events", { "sec-fetch-site": "same-site" }, "GET"],
  ])("refuses %s", async (_who, target, headers, method) => {
    const own = { host: `127.0.0.1:${explorer.port}` };
    expect((await explorer.send(target, { ...own, ...headers } as Record<string, string>, method)).status).toBe(403);
    expect((await explorer.send("/api/app", own)).status).toBe(200);
  });

  it("gives files of its page only, under a policy that allows no other source", async () => {
    const page = await fetch(explorer.url);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'");
    expect(await page.text()).toContain("<title>API explorer</title>");
    for (const target of [
      "/../package.json",
      "/%2e%2e/package.json",
      "/views/../../package.json",
      "/views",
      "/no.js",
    ]) {
      expect((await explorer.send(target, { host: `localhost:${explorer.port}` })).status).toBe(404);
    }
  });

  it("tells of requests whoever makes them, without their query, and why they failed", async () => {
    await fetch(`${app.url}/orders/77?token=in-the-query`, { headers: { "user-agent": "till/1.0" } });
    const seen = async () =>
      (await explorer.snapshot()).entries.requests.filter((request) => request.path === "/orders/77");
    await expect.poll(seen, WITHIN).toEqual([
      expect.objectContaining({
        ...{
          method: "GET",
          status: 404,
          service: "shop",
          endpoint: "get",
          caller: { kind: "http", agent: "till/1.0" },
        },
        ...{ error: { code: "not_found", message: "there is no order 77" }, ms: expect.any(Number) },
      }),
    ]);
    expect(JSON.stringify(await explorer.snapshot())).not.toContain("in-the-query");
  });

  it("tells of a stream when it opens and when it has ended", async () => {
    const socket = new WebSocket(`${app.url.replace("http", "ws")}/echo`, [
      "encore-ws",
      `encore.dev.headers.${Buffer.from('{"Authorization":"Bearer clerk-eve"}').toString("base64url")}`,
    ]);
    const streams = async () =>
      (await explorer.snapshot()).entries.requests.filter(({ endpoint }) => endpoint === "echo");
    await expect.poll(streams, WITHIN).toEqual([expect.not.objectContaining({ ms: expect.anything() })]);
    socket.close();
    await expect.poll(streams, WITHIN).toEqual([expect.objectContaining({ status: 101, ms: expect.any(Number) })]);
    expect(JSON.stringify(await explorer.snapshot())).not.toContain("clerk-eve");
  });

  it("tells of messages and of each attempt, with secrets in them hidden", async () => {
    await explorer.call({ method: "POST", path: "/orders", headers: [SIGNED_IN, JSON_TYPE], body: ORDER });
    const messages = async () => (await explorer.snapshot()).entries.messages;
    await expect
      .poll(async () => (await messages()).every(({ attempts }) => attempts.at(-1)?.outcome === "done"), WITHIN)
      .toBe(true);
    const [first] = await messages();
    expect(first?.attempts).toMatchObject([
      { subscription: "pack", attempt: 1, outcome: "failed", error: "the first box tears", retryInMs: 10 },
      { subscription: "pack", attempt: 2, outcome: "done" },
    ]);
    expect(JSON.parse(first?.body ?? "")).toMatchObject({ paymentToken: "•••" });
  });
});

describe("the API explorer, while the app changes", () => {
  let cli: CommandLine;

  beforeEach(async () => {
    cli = await shop();
  });

  afterEach(async () => {
    await cli.dispose();
  });

  async function change(from: string, to: string): Promise<void> {
    const file = path.join(cli.app, "shop/shop.ts");
    const text = await readFile(file, "utf8");
    expect(text).toContain(from);
    await writeFile(file, text.replace(from, to));
  }

  it("keeps what it saw, tells why a change is not served, and describes the app that is", async () => {
    const { app, explorer } = await ExplorerClient.serve(cli);
    await fetch(`${app.url}/orders/1`);
    const paths = async () => (await explorer.snapshot()).entries.requests.map((request) => request.path);
    await expect.poll(paths, WITHIN).toEqual(["/orders/1"]);
    await change('path: "/orders/:id"', 'path: "orders/:id"');
    await expect.poll(async () => (await explorer.snapshot()).failure, WITHIN).toContain("E1301");
    await change('path: "orders/:id"', 'path: "/placed/:id"');
    const described = async () => JSON.stringify((await explorer.describe()).services);
    await expect.poll(described, WITHIN).toContain("placed");
    expect((await explorer.snapshot()).failure).toBeUndefined();
    await fetch(`${app.url}/placed/2`);
    await expect.poll(paths, WITHIN).toEqual(["/orders/1", "/placed/2"]);
  });

  it("shows a migration that waits until it can be applied, and when it was", async () => {
    const { explorer } = await ExplorerClient.serve(cli);
    const applied = { number: 1, file: "1_create_orders.up.sql", appliedAt: expect.any(Number) };
    expect(await explorer.databases()).toEqual([{ name: "shop", migrations: [applied] }]);
    const file = path.join(cli.app, "shop/migrations/2_broken.up.sql");
    await writeFile(file, "ALTER TABLE no_such ADD COLUMN x INT;");
    await expect.poll(async () => (await explorer.snapshot()).failure, WITHIN).toContain("no_such");
    expect((await explorer.databases())[0]?.migrations).toEqual([applied, { number: 2, file: "2_broken.up.sql" }]);
    await writeFile(file, "ALTER TABLE orders ADD COLUMN x INT;");
    await expect
      .poll(async () => (await explorer.databases())[0]?.migrations.at(-1), WITHIN)
      .toEqual({ number: 2, file: "2_broken.up.sql", appliedAt: expect.any(Number) });
  });

  it("is left out, and said to be, where its port is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { url, output } = await cli.serve("--explorer-port", String(port));
    expect((await fetch(`${url}/orders/1`)).status).toBe(404);
    expect(output()).toContain(`no API explorer: port ${port} is in use`);
    expect(output()).not.toContain("API explorer: http");
    await new Promise((resolve) => other.close(resolve));
  });

  it("is left out on demand", async () => {
    const { output } = await cli.serve("--explorer-port", "0");
    expect(output()).not.toContain("API explorer");
  });
});
