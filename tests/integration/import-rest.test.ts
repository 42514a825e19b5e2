import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Api, type ImportState } from "../../demo/api";
import { type GitHubServer, startGitHubServer } from "../github-server/server";
import { startVaporform, type Vaporform } from "../support/vaporform";

// What a frontend is told, over HTTP, of a repository that cannot be imported: before an import, and by one.

const TOKEN = "a-token-for-tests";
const REPOSITORY = "owner/name";

type Answer = (res: ServerResponse, req: IncomingMessage) => void;

let scratch: string;
let github: GitHubServer;
let server: Vaporform;
/** Answers every request of GitHub's in its place, while it is set. */
let answer: Answer | undefined;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "vaporform-rest-"));
  for (const name of [REPOSITORY, "owner/empty", "owner/private"])
    await mkdir(path.join(scratch, name), { recursive: true });
  for (const name of [REPOSITORY, "owner/private"]) {
    await writeFile(path.join(scratch, name, "README"), "hello");
    await writeFile(path.join(scratch, name, "large"), "x".repeat(5_000));
  }
  github = await startGitHubServer({
    root: scratch,
    private: ["owner/private"],
    tokens: [TOKEN],
    onRequest: async (req, res) => {
      answer?.(res, req);
      return answer !== undefined;
    },
  });
  server = await startVaporform({
    env: { GITHUB_API_URL: github.url, IMPORT_MAX_BYTES: "5000" },
    secrets: { CredentialKey: Buffer.alloc(32, 1).toString("base64") },
  });
});

beforeEach(() => {
  answer = undefined;
});

afterAll(async () => {
  await server?.stop();
  await github.close();
  await rm(scratch, { recursive: true, force: true });
});

interface Told {
  status: number;
  body: { code?: string; message?: string; details?: Record<string, unknown> } & Record<string, unknown>;
}

async function look(query: Record<string, string>, token?: string): Promise<Told> {
  const response = await fetch(`${server.url}/github/repository?${new URLSearchParams(query)}`, {
    headers: { authorization: "Bearer dev:reader", ...(token === undefined ? {} : { "x-github-token": token }) },
  });
  return { status: response.status, body: (await response.json()) as Told["body"] };
}

const api = () => new Api(server.url, "dev:importer");

/** Imports, and gives the import as it is when it has ended. */
async function imported(body: object): Promise<ImportState> {
  const { id } = await api().call<ImportState>("POST", "/github/import", body);
  await api().followImport(id, () => undefined);
  return await api().call<ImportState>("GET", `/github/imports/${id}`);
}

const json =
  (status: number, text: string, headers: Record<string, string> = {}): Answer =>
  (res) => {
    res.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify({ message: text }));
  };
const html =
  (status: number): Answer =>
  (res) => {
    res.writeHead(status, { "Content-Type": "text/html" }).end("<!DOCTYPE html><title>Unicorn!</title>");
  };

const SSO = "https://github.com/orgs/octo/sso?authorization_request=abc";
const endsIn = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

interface Case {
  title: string;
  answer?: Answer;
  query?: Record<string, string>;
  token?: string;
  status: number;
  reason: string;
  retryable?: boolean;
  /** What the message says. */
  says: RegExp;
  /** What the hint says. */
  hint: RegExp;
}

const CASES: Case[] = [
  {
    title: "not there, without a token",
    query: { repository: "owner/nothing" },
    status: 404,
    reason: "repository_not_found",
    says: /not there, or it is private/,
    hint: /token/,
  },
  {
    title: "private, without a token: no other answer than for one that is not there",
    query: { repository: "owner/private" },
    status: 404,
    reason: "repository_not_found",
    says: /not there, or it is private/,
    hint: /token/,
  },
  {
    title: "not there for this token",
    query: { repository: "owner/nothing" },
    token: TOKEN,
    status: 404,
    reason: "repository_not_found",
    says: /the token has no access/,
    hint: /token/,
  },
  {
    title: "asked for with a token that GitHub rejects",
    token: "expired",
    status: 403,
    reason: "github_token_rejected",
    says: /does not accept the token/,
    hint: /valid/,
  },
  {
    title: "of an organisation that wants single sign-on",
    answer: json(403, "Resource protected by organization SAML enforcement", {
      "X-GitHub-SSO": `required; url=${SSO}`,
    }),
    status: 403,
    reason: "github_sso_required",
    says: /single sign-on/,
    hint: new RegExp(SSO.replaceAll(/[?.]/g, "\\$&")),
  },
  {
    title: "asked for by a token that an organisation forbids",
    answer: json(403, "the organization forbids access via a personal access token"),
    status: 403,
    reason: "github_forbidden",
    says: /forbids access via/,
    hint: /own words/,
  },
  {
    title: "not answered for before the rate limit ends",
    answer: (res, req) =>
      json(403, "API rate limit exceeded", {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": String(endsIn(600)),
      })(res, req),
    status: 429,
    reason: "github_rate_limited",
    retryable: true,
    says: /ends at \d{4}-\d\d-\d\dT\d\d:\d\d/,
    hint: /Wait until the time/,
  },
  {
    title: "without the branch that is asked for",
    query: { repository: REPOSITORY, ref: "no/such/branch" },
    status: 404,
    reason: "ref_not_found",
    says: /'no\/such\/branch'/,
    hint: /branch, tag or commit/,
  },
  {
    title: "blocked",
    answer: json(451, "Repository access blocked"),
    status: 403,
    reason: "repository_blocked",
    says: /access blocked/,
    hint: /why it is blocked/,
  },
  {
    title: "on a GitHub that is down",
    answer: html(503),
    status: 503,
    reason: "github_unavailable",
    retryable: true,
    says: /status 503/,
    hint: /does not answer/,
  },
  {
    title: "on a GitHub that breaks off",
    answer: (res) => res.destroy(),
    status: 503,
    reason: "github_unavailable",
    retryable: true,
    says: /could not be reached/,
    hint: /does not answer/,
  },
  {
    title: "on something that is no GitHub",
    answer: html(200),
    status: 503,
    reason: "github_bad_answer",
    retryable: true,
    says: /none of GitHub's/,
    hint: /proxy/,
  },
  {
    title: "described in another form than GitHub's",
    answer: (res) =>
      res.writeHead(200, { "Content-Type": "application/json" }).end(`{"full_name":"../..","private":1}`),
    status: 503,
    reason: "github_bad_answer",
    retryable: true,
    says: /none of GitHub's/,
    hint: /proxy/,
  },
  {
    title: "named as none can be",
    query: { repository: "https://gitlab.com/owner/name" },
    status: 400,
    reason: "invalid_repository",
    says: /not of github.com/,
    hint: /owner\/name/,
  },
];

describe("a repository that is", () => {
  it.each(CASES)("$title: the reason is told, with what to do", async (example) => {
    answer = example.answer;
    const { status, body } = await look(example.query ?? { repository: REPOSITORY }, example.token);
    expect(body).toMatchObject({
      message: expect.stringMatching(example.says),
      details: {
        reason: example.reason,
        hint: expect.stringMatching(example.hint),
        retryable: example.retryable ?? false,
      },
    });
    expect(status).toBe(example.status);
  });

  it("not answered for before a time says in how many seconds that is", async () => {
    answer = json(429, "secondary rate limit", { "retry-after": "90" });
    const { body } = await look({ repository: REPOSITORY });
    expect(body.details).toMatchObject({ reason: "github_rate_limited", retryAfterSeconds: 90 });
  });

  it("empty is told as such, and an import of it fails with that reason", async () => {
    expect(await look({ repository: "owner/empty" })).toMatchObject({
      status: 200,
      body: { empty: true, commitId: null },
    });
    expect(await imported({ repository: "owner/empty" })).toMatchObject({
      status: "failed",
      failure: { reason: "empty_repository" },
    });
  });

  it("too large is told as such, and an import of it fails with that reason", async () => {
    const size = { full_name: REPOSITORY, private: false, default_branch: "main", size: 6 };
    answer = (res, req) => {
      if (req.url === `/repos/${REPOSITORY}`)
        res.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(size));
      else if (/commits/.test(req.url ?? "")) res.writeHead(200).end("0".repeat(40));
      else res.writeHead(200, { "Content-Type": "application/json" }).end(/branches/.test(req.url ?? "") ? "[]" : "{}");
    };
    expect(await look({ repository: REPOSITORY })).toMatchObject({
      status: 200,
      body: { fits: false, sizeBytes: 6 * 1024, limits: { bytes: 5_000 } },
    });
    answer = undefined;
    expect(await imported({ repository: REPOSITORY })).toMatchObject({
      status: "failed",
      failure: { reason: "repository_too_large", message: expect.stringContaining("more than 5000 bytes") },
    });
  });

  it("private is told to who has a token for it, which is kept nowhere", async () => {
    expect(await look({ repository: "owner/private" }, TOKEN)).toMatchObject({ status: 200, body: { private: true } });
    expect(server.lines.join("\n")).not.toContain(TOKEN);
  });
});

describe("an import that was refused says why on its progress stream as well", () => {
  it.each([
    ["owner/nothing", {}, "not there, or it is private"],
    ["owner/private", { token: "expired" }, "does not accept the token"],
    [REPOSITORY, { ref: "none" }, "no branch, tag or commit 'none'"],
  ])("%s %j", async (repository, more, words) => {
    const { id } = await api().call<ImportState>("POST", "/github/import", { repository, ...more });
    const messages: string[] = [];
    await api().followImport(id, (state) => messages.push(JSON.stringify(state)));
    expect(messages.at(-1)).toContain(words);
  });
});
