import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Import } from "../../github-import/import";
import { DEFAULT_LIMITS } from "../../github-import/limits";
import { type GitHubServer, startGitHubServer } from "../github-server/server";
import { Importing } from "../support/importing";
import { archive, entry } from "../support/raw-tar";

type Answer = (res: ServerResponse, req: IncomingMessage) => void;

const COMMITS = /\/commits\//;
const ARCHIVE = /^\/_codeload\//;

let scratch: string;
let github: GitHubServer;
let importing: Importing;
/** Answers to requests whose path matches, one after the other; then the server answers as ever. */
let script: { path: RegExp; answers: Answer[] } | undefined;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "vaporform-faults-"));
  await mkdir(path.join(scratch, "owner/name"), { recursive: true });
  await writeFile(path.join(scratch, "owner/name/README"), "hello");
  github = await startGitHubServer({
    root: scratch,
    onRequest: async (req, res) => {
      const answer = script?.path.test(req.url ?? "") === true ? script.answers.shift() : undefined;
      answer?.(res, req);
      return answer !== undefined;
    },
  });
});

beforeEach(() => {
  script = undefined;
  importing = new Importing(github.url);
});

afterAll(async () => {
  await github.close();
  await rm(scratch, { recursive: true, force: true });
});

const json =
  (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  (res) => {
    res.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
  };
const message = (status: number, text: string, headers?: Record<string, string>) =>
  json(status, { message: text }, headers);
const html =
  (status: number): Answer =>
  (res) => {
    res.writeHead(status, { "Content-Type": "text/html" }).end("<!DOCTYPE html><title>Unicorn!</title>");
  };
const redirect =
  (location: string | undefined): Answer =>
  (res) => {
    res.writeHead(302, location === undefined ? {} : { Location: location }).end();
  };
const text =
  (body: string): Answer =>
  (res) => {
    res.writeHead(200, { "Content-Type": "application/vnd.github.sha" }).end(body);
  };
const reset: Answer = (res) => {
  res.destroy();
};
/** Begins an archive, and then nothing comes any more. */
const stall: Answer = (res) => {
  res.writeHead(200, { "Content-Type": "application/x-gzip" });
  res.write(archive("owner-name-abc1234", entry({ name: "owner-name-abc1234/README", body: "hello" })).subarray(0, 40));
};
/** Begins the answer about a commit. */
const begin: Answer = (res) => {
  res.writeHead(200, { "Content-Type": "application/vnd.github.sha" }).write("0123");
};
/** So many bytes were sent of an answer that never ends. */
let flooded = 0;
const flood: Answer = (res) => {
  res.writeHead(200, { "Content-Type": "application/vnd.github.sha" });
  const more = (): void => {
    for (let goesOn = true; goesOn && !res.destroyed; flooded += 64 * 1024) goesOn = res.write("0".repeat(64 * 1024));
  };
  res.on("drain", more);
  more();
};
const breakOff: Answer = (res) => {
  stall(res, res.req);
  setImmediate(() => res.destroy());
};

async function attempt(path: RegExp, ...answers: Answer[]): Promise<Import> {
  script = { path, answers };
  return await importing.run({ projectId: await importing.newProject(), repository: "owner/name" });
}

const secondsUntil = (time: string | null) => (Date.parse(time ?? "") - Date.now()) / 1000;
const epoch = (seconds: number) => String(Math.floor(Date.now() / 1000) + seconds);

describe("an answer that ends the import, with the reason", () => {
  it.each<[string, RegExp, Answer, string, RegExp]>([
    ["a rejected token", COMMITS, message(401, "Bad credentials"), "github_token_rejected", /token/],
    ["a forbidden token", COMMITS, message(403, "the organisation forbids it"), "github_forbidden", /forbids it/],
    [
      "a blocked repository",
      COMMITS,
      message(451, "Repository access blocked"),
      "repository_blocked",
      /access blocked/,
    ],
    ["no such repository", COMMITS, message(404, "Not Found"), "repository_not_found", /private/],
    ["an empty repository", COMMITS, message(409, "Git Repository is empty."), "empty_repository", /empty/],
    ["a page of HTML as the commit", COMMITS, html(200), "github_bad_answer", /commit/],
    ["half a commit", COMMITS, text("0123456789"), "github_bad_answer", /commit/],
    ["a page of HTML as the archive", ARCHIVE, html(200), "github_bad_answer", /text\/html/],
    ["something else as the archive", ARCHIVE, text("hello"), "github_bad_answer", /no gzip/],
    ["a redirect to nowhere", ARCHIVE, redirect(undefined), "github_bad_answer", /no address/],
    ["a redirect to another host", ARCHIVE, redirect("https://evil.example/x"), "github_bad_answer", /not trusted/],
    [
      "a redirect to an internal address",
      ARCHIVE,
      redirect("http://169.254.169.254/"),
      "github_bad_answer",
      /encryption/,
    ],
    ["a redirect to a file", ARCHIVE, redirect("file:///etc/passwd"), "github_bad_answer", /encryption/],
    [
      "a refused archive",
      ARCHIVE,
      (res) => res.writeHead(200).end(archive("r", entry({ name: "/x", body: "" }))),
      "archive_refused",
      /absolute/,
    ],
    [
      "the archive of another commit",
      ARCHIVE,
      (res) => res.writeHead(200).end(archive("r", entry({ name: "r/x", body: "1" }))),
      "github_bad_answer",
      /commit/,
    ],
  ])("%s", async (_title, path, answer, reason, words) => {
    const done = await attempt(path, answer);
    expect(done).toMatchObject({
      status: "failed",
      attempts: 1,
      failure: { reason, message: expect.stringMatching(words) },
    });
    expect(await importing.tree(done.projectId)).toEqual({});
  });

  it("an answer without end, of which little is read", async () => {
    flooded = 0;
    expect(await attempt(COMMITS, flood)).toMatchObject({ failure: { reason: "github_bad_answer" } });
    expect(flooded).toBeLessThan(50_000_000);
  });

  it("redirects without end", async () => {
    const again: Answer = (res, req) => redirect(`${req.url}`)(res, req);
    const done = await attempt(ARCHIVE, again, again, again, again, again);
    expect(done).toMatchObject({ failure: { reason: "github_bad_answer", message: expect.stringMatching(/3 times/) } });
  });

  it("asks for single sign-on, with the link", async () => {
    const link = "https://github.com/orgs/o/sso?authorization_request=x";
    const done = await attempt(
      COMMITS,
      message(403, "Resource protected", { "X-GitHub-SSO": `required; url=${link}` }),
    );
    expect(done).toMatchObject({ failure: { reason: "github_sso_required", hint: expect.stringContaining(link) } });
  });
});

describe("a rate limit is waited for, no longer than an hour, and told with the time of its end", () => {
  it.each<[string, () => Record<string, string>, number, RegExp]>([
    [
      "the primary one",
      () => ({ "x-ratelimit-remaining": "0", "x-ratelimit-reset": epoch(600) }),
      600,
      /GitHub's rate limit/,
    ],
    ["seconds", () => ({ "retry-after": "90" }), 90, /secondary/],
    ["a date", () => ({ "retry-after": new Date(Date.now() + 120_000).toUTCString() }), 120, /secondary/],
    ["an absurd time", () => ({ "retry-after": "99999999" }), 3_600, /secondary/],
    [
      "an absurd end",
      () => ({ "x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999999999" }),
      3_600,
      /rate limit/,
    ],
    ["no time", () => ({}), 60, /secondary/],
    ["nonsense", () => ({ "retry-after": "soon" }), 60, /secondary/],
  ])("%s", async (_title, headers, seconds, words) => {
    const waiting = await attempt(COMMITS, message(403, "You have exceeded a rate limit", headers()));
    expect(waiting).toMatchObject({ status: "queued", finishedAt: null, failure: null });
    expect(Math.abs(secondsUntil(waiting.nextAttemptAt) - seconds)).toBeLessThan(30);
    const last = (await importing.events(waiting.id)).at(-1);
    expect(last).toMatchObject({
      status: "queued",
      message: expect.stringMatching(words),
      waitsUntil: waiting.nextAttemptAt,
    });
    // Until then, nothing is asked.
    const before = github.requests.length;
    await importing.resume(waiting.id);
    expect(github.requests.length).toBe(before);
  });
});

describe("what may pass is tried again", () => {
  it.each<[string, RegExp, Answer[]]>([
    ["errors of the server", COMMITS, [message(500, ""), html(502), html(503), message(504, "")]],
    ["an error in place of the archive", ARCHIVE, [html(503)]],
    ["a connection that breaks before an answer", COMMITS, [reset]],
    ["one that breaks in the archive", ARCHIVE, [breakOff]],
    ["an archive link that has expired", ARCHIVE, [html(500)]],
  ])("after %s", async (_title, path, answers) => {
    const waiting = await attempt(path, ...answers);
    expect(waiting).toMatchObject({ status: "queued", attempts: 1 });
    const done = await importing.finish(waiting.id);
    expect(done).toMatchObject({ status: "succeeded", attempts: answers.length + 1 });
    expect(await importing.tree(done.projectId)).toEqual({ README: "hello" });
  });

  it.each<[string, RegExp, Answer, RegExp]>([
    ["a download that stalls", ARCHIVE, stall, /stalled/],
    ["an answer that stalls", COMMITS, begin, /stalled/],
    ["a connection that is taken, and never answered", COMMITS, () => undefined, /could not be reached/],
  ])("after %s, once it has been silent for long enough", async (_title, path, answer, words) => {
    importing.limits = { ...DEFAULT_LIMITS, idleMilliseconds: 100 };
    const waiting = await attempt(path, answer);
    expect((await importing.events(waiting.id)).at(-1)?.message).toMatch(words);
    importing.limits = DEFAULT_LIMITS;
    expect(await importing.finish(waiting.id)).toMatchObject({ status: "succeeded" });
  });

  it("a few times, and not for ever", async () => {
    const done = await attempt(COMMITS, ...Array.from({ length: 50 }, () => html(503)));
    expect(await importing.finish(done.id)).toMatchObject({
      status: "failed",
      attempts: 6,
      failure: { reason: "github_unavailable" },
    });
  });
});
