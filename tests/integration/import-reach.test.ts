import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { describeRepository } from "../../github-import/repository-info";
import type { WantedSource } from "../../github-import/resolve";
import { type GitHubServer, startGitHubServer } from "../github-server/server";
import { Importing } from "../support/importing";

const TOKEN = "a-token-for-tests";

let scratch: string;
let github: GitHubServer;
let importing: Importing;
let commits: Record<"first" | "second", string>;
let script: ((req: IncomingMessage, res: ServerResponse) => Promise<boolean>) | undefined;

function git(...args: string[]): string {
  const options = ["-C", path.join(scratch, "reach/repo"), "-c", "user.name=t", "-c", "user.email=t@example.com"];
  return execFileSync("git", [...options, ...args], { encoding: "utf8" }).trim();
}

async function commit(files: Record<string, string>): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(scratch, "reach/repo", name)), { recursive: true });
    await writeFile(path.join(scratch, "reach/repo", name), text);
  }
  git("add", "--all");
  git("commit", "-q", "-m", "more");
  return git("rev-parse", "HEAD");
}

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "vaporform-reach-"));
  await mkdir(path.join(scratch, "reach/repo"), { recursive: true });
  await mkdir(path.join(scratch, "reach/empty"), { recursive: true });
  execFileSync("git", ["init", "-q", "-b", "main", path.join(scratch, "reach/empty")]);
  git("init", "-q", "-b", "main");
  const first = await commit({ README: "first", "src/index.ts": "export {};\n", "feature/note": "in a folder" });
  git("tag", "-a", "v1.0", "-m", "the first");
  git("branch", "feature/with/slashes");
  git("tag", "feature/with");
  git("tag", "100%");
  const second = await commit({ README: "second" });
  commits = { first, second };
  github = await startGitHubServer({
    root: scratch,
    private: ["reach/private"],
    tokens: [TOKEN],
    repositories: { "reach/private": path.join(scratch, "reach/repo") },
    renamed: { "reach/former": "reach/repo" },
    onRequest: async (req, res) => (await script?.(req, res)) ?? false,
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

const importOf = async (fresh: { repository?: string; ref?: string; treePath?: string; folder?: string }) => {
  const projectId = await importing.newProject();
  return await importing.run({ projectId, repository: "reach/repo", ...fresh });
};

describe("what is imported", () => {
  it.each<[string, { ref?: string; treePath?: string; folder?: string }, "first" | "second", string[]]>([
    ["the default branch", {}, "second", ["README", "feature/note", "src/index.ts"]],
    ["a branch", { ref: "main" }, "second", ["README", "feature/note", "src/index.ts"]],
    ["a branch with slashes", { ref: "feature/with/slashes" }, "first", ["README", "feature/note", "src/index.ts"]],
    ["a tag with a message", { ref: "v1.0" }, "first", ["README", "feature/note", "src/index.ts"]],
    [
      "a tag that an address must not hold as it is",
      { ref: "100%" },
      "first",
      ["README", "feature/note", "src/index.ts"],
    ],
    ["a folder", { folder: "src" }, "second", ["index.ts"]],
    ["a folder of an address", { treePath: "main/src" }, "second", ["index.ts"]],
    ["the longest ref of an address", { treePath: "feature/with/slashes/src" }, "first", ["index.ts"]],
    ["a shorter ref, where the longer one is none", { treePath: "feature/with/feature" }, "first", ["note"]],
  ])("is %s", async (_title, wanted, of, paths) => {
    const done = await importOf(wanted);
    expect(done).toMatchObject({ status: "succeeded", commitId: commits[of] });
    expect(Object.keys(await importing.tree(done.projectId))).toEqual(paths);
  });

  it("is a commit, and the ref and the folder are recorded as they were resolved", async () => {
    expect(await importOf({ ref: commits.first })).toMatchObject({ commitId: commits.first, ref: commits.first });
    const tree = await importOf({ treePath: "feature/with/slashes/src" });
    expect(tree).toMatchObject({ ref: "feature/with/slashes", folder: "src" });
  });

  it("is a renamed repository as well", async () => {
    expect(await importOf({ repository: "reach/former" })).toMatchObject({ status: "succeeded", files: 3 });
  });

  it("takes one request for the archive, whatever is in it", async () => {
    github.requests.length = 0;
    await importOf({});
    expect(github.requests.map((url) => url.replace(/[0-9a-f]{40}/, "SHA"))).toEqual([
      "/repos/reach/repo/commits/HEAD",
      "/repos/reach/repo/tarball/SHA",
      "/_codeload/reach/repo/SHA",
    ]);
  });

  it("is private with a token, which goes to the API alone", async () => {
    const seen: [string, string | undefined][] = [];
    script = async (req) => {
      seen.push([req.url ?? "", req.headers.authorization]);
      return false;
    };
    expect(await importOf({ repository: "reach/private" })).toMatchObject({
      failure: { reason: "repository_not_found", message: expect.stringMatching(/private/) },
    });
    importing.token = TOKEN;
    seen.length = 0;
    expect(await importOf({ repository: "reach/private" })).toMatchObject({ status: "succeeded" });
    expect(seen.filter(([, header]) => header === `Bearer ${TOKEN}`).length).toBeGreaterThan(0);
    expect(JSON.stringify(github.requests)).not.toContain(TOKEN);
  });

  it("comes from another host than the API's without the token", async () => {
    const seen: (string | undefined)[] = [];
    const archives = await startGitHubServer({
      root: scratch,
      onRequest: async (req) => {
        seen.push(req.headers.authorization);
        return false;
      },
    });
    script = async (req, res) => {
      if (!req.url?.includes("/tarball/")) return false;
      res.writeHead(302, { Location: `${archives.url}/_codeload/reach/repo/${commits.second}` }).end();
      return true;
    };
    importing.token = TOKEN;
    expect(await importOf({})).toMatchObject({ status: "succeeded", files: 3 });
    await archives.close();
    expect(seen).toEqual([undefined]);
  });
});

describe("what is not there", () => {
  it.each<[string, { repository?: string; ref?: string; treePath?: string; folder?: string }, string]>([
    ["a repository", { repository: "reach/nothing" }, "repository_not_found"],
    ["a branch", { ref: "nothing" }, "ref_not_found"],
    ["any ref of an address", { treePath: "nothing/at/all" }, "ref_not_found"],
    ["a folder", { folder: "nothing" }, "folder_not_found"],
    ["anything in the repository", { repository: "reach/empty" }, "empty_repository"],
  ])("%s: the import fails and says which", async (_title, wanted, reason) => {
    expect(await importOf(wanted)).toMatchObject({ status: "failed", failure: { reason } });
  });
});

describe("looking at a repository before it is imported", () => {
  const look = async (wanted: Partial<WantedSource> = {}, { page = 1, perPage = 30, bytes = 10 ** 9 } = {}) =>
    await describeRepository(
      importing.github(),
      { owner: "reach", name: "repo", ref: null, folder: "", treePath: null, ...wanted },
      { page, perPage, limits: { bytes, files: 100, fileBytes: 100 }, signal: new AbortController().signal },
    );

  it("tells what it is, and imports nothing", async () => {
    github.requests.length = 0;
    expect(await look()).toMatchObject({
      repository: "reach/repo",
      private: false,
      defaultBranch: "main",
      empty: false,
      ref: null,
      commitId: commits.second,
      languages: [{ name: "TypeScript", bytes: 11 }],
      branches: [
        { name: "feature/with/slashes", commitId: commits.first, protected: false },
        { name: "main", commitId: commits.second, protected: false },
      ],
      fits: true,
    });
    expect(github.requests.some((url) => /tarball|codeload/.test(url))).toBe(false);
  });

  it("gives the branches by page", async () => {
    const first = await look({}, { perPage: 1 });
    expect(first).toMatchObject({ branches: [{ name: "feature/with/slashes" }], nextPage: 2 });
    expect(await look({}, { perPage: 1, page: 2 })).toMatchObject({
      branches: [{ name: "main" }],
      nextPage: undefined,
    });
  });

  it("resolves an address", async () => {
    expect(await look({ treePath: "feature/with/slashes/src" })).toMatchObject({
      ref: "feature/with/slashes",
      folder: "src",
      commitId: commits.first,
    });
    await expect(look({ ref: "nothing" })).rejects.toMatchObject({ reason: "ref_not_found" });
  });

  it("tells that it is empty", async () => {
    expect(await look({ name: "empty" })).toMatchObject({ empty: true, commitId: null, branches: [] });
  });

  it("tells its present name when it was renamed", async () => {
    expect(await look({ name: "former" })).toMatchObject({ repository: "reach/repo" });
  });

  it("tells when it does not fit", async () => {
    script = async (req, res) => {
      if (req.url !== "/repos/reach/repo") return false;
      const body = { full_name: "reach/repo", private: false, default_branch: "main", size: 10 ** 7 };
      res.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body));
      return true;
    };
    expect(await look()).toMatchObject({ fits: false, sizeBytes: 10 ** 7 * 1024 });
  });

  it("does not learn of a private one without a token", async () => {
    await expect(look({ name: "private" })).rejects.toMatchObject({ reason: "repository_not_found" });
    importing.token = "wrong";
    await expect(look({ name: "private" })).rejects.toMatchObject({ reason: "github_token_rejected" });
    importing.token = TOKEN;
    expect(await look({ name: "private" })).toMatchObject({ private: true });
  });

  it("costs nothing of the rate limit while nothing has changed", async () => {
    const statuses: number[] = [];
    script = async (_req, res) => {
      res.once("finish", () => statuses.push(res.statusCode));
      return false;
    };
    const before = await look();
    statuses.length = 0;
    expect(await look()).toEqual(before);
    // All but the resolving of the commit, which only an import remembers.
    expect(statuses.filter((status) => status === 304)).toHaveLength(3);
  });
});
