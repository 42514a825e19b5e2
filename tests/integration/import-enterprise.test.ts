import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Api, type ImportState } from "../../demo/api";
import { type GitHubServer, startGitHubServer } from "../github-server/server";
import { startVaporform, type Vaporform } from "../support/vaporform";

// GITHUB_API_URL names an Enterprise Server: its API is below /api/v3, and repositories have its own host.

const TOKEN = "an-enterprise-token";

let scratch: string;
let github: GitHubServer;
let server: Vaporform;
/** `host:port` of the Enterprise Server. */
let host: string;
/** Path and `Authorization` of each request. */
const seen: [string, string | undefined][] = [];

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "vaporform-enterprise-"));
  const folder = path.join(scratch, "corp/tool");
  await mkdir(path.join(folder, "src"), { recursive: true });
  await writeFile(path.join(folder, "README"), "hello");
  await writeFile(path.join(folder, "src/index.ts"), "export {};\n");
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args]);
  git("init", "-q", "-b", "main");
  git("add", "--all");
  git("commit", "-q", "-m", "all");
  git("branch", "feature/one");
  github = await startGitHubServer({
    root: scratch,
    repositories: { "corp/secret": folder },
    private: ["corp/secret"],
    tokens: [TOKEN],
    renamed: { "corp/former": "corp/tool" },
    enterprise: true,
    onRequest: async (req) => {
      seen.push([req.url ?? "", req.headers.authorization]);
      return false;
    },
  });
  host = new URL(github.url).host;
  server = await startVaporform({
    env: { GITHUB_API_URL: github.url },
    secrets: { CredentialKey: Buffer.alloc(32, 1).toString("base64") },
  });
});

afterAll(async () => {
  await server?.stop();
  await github.close();
  await rm(scratch, { recursive: true, force: true });
});

const api = () => new Api(server.url, "dev:employee");

async function imported(body: object): Promise<ImportState & { commitId: string; ref: string; folder: string }> {
  const { id } = await api().call<ImportState>("POST", "/github/import", body);
  await api().followImport(id, () => undefined);
  return await api().call("GET", `/github/imports/${id}`);
}

it("imports by way of its API and its archives, with as few requests as from github.com", async () => {
  seen.length = 0;
  expect(await imported({ repository: "corp/tool" })).toMatchObject({ status: "succeeded", files: 2 });
  expect(seen.map(([url]) => url.replace(/[0-9a-f]{40}/, "SHA"))).toEqual([
    "/api/v3/repos/corp/tool/commits/HEAD",
    "/api/v3/repos/corp/tool/tarball/SHA",
    "/_codeload/corp/tool/SHA",
  ]);
});

it("takes the addresses that the server itself shows", async () => {
  const [hostname] = host.split(":");
  for (const repository of [
    `https://${host}/corp/tool`,
    `git@${hostname}:corp/tool.git`,
    `ssh://git@${hostname}:22/corp/tool.git`,
  ])
    expect(await imported({ repository }), repository).toMatchObject({ status: "succeeded", files: 2 });
  expect(await imported({ repository: `https://${host}/corp/tool/tree/feature/one/src` })).toMatchObject({
    status: "succeeded",
    ref: "feature/one",
    folder: "src",
    files: 1,
  });
});

it("says of an address of github.com that it is from elsewhere, and from where is imported", async () => {
  const refused = api().call("POST", "/github/import", { repository: "https://github.com/corp/tool" });
  await expect(refused).rejects.toThrow(`is not of ${host}, from where is imported here`);
});

it("tells what a repository is, a renamed one too, and finds a private one with a token", async () => {
  expect(await api().call("GET", "/github/repository?repository=corp/former")).toMatchObject({
    repository: "corp/tool",
    defaultBranch: "main",
    branches: [{ name: "feature/one" }, { name: "main" }],
  });
  expect(await imported({ repository: "corp/secret" })).toMatchObject({ failure: { reason: "repository_not_found" } });
  expect(await imported({ repository: "corp/secret", token: TOKEN })).toMatchObject({ status: "succeeded" });
  expect(seen.some(([url, header]) => url.startsWith("/api/v3/") && header === `Bearer ${TOKEN}`)).toBe(true);
});
