import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Api, type ImportState } from "../../demo/api";
import { listFolder } from "../github-server/folder-archive";
import type { Repository } from "../github-server/repository";
import { type GitHubServer, startGitHubServer } from "../github-server/server";
import { startVaporform, type Vaporform } from "../support/vaporform";

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));
/** Published packages with many files, of all kinds. */
const PACKAGES = ["zod", "knip", "mingo"];
const CREDENTIAL_KEY = Buffer.alloc(32, 7).toString("base64");
const TOKEN = "a-token-for-tests";

let scratch: string;
let github: GitHubServer;
let server: Vaporform;
/** Answers an archive request in the server's place, while it is set. */
let intercept:
  | ((
      res: Parameters<NonNullable<Parameters<typeof startGitHubServer>[0]["onArchive"]>>[0],
      repository: Repository,
    ) => Promise<boolean>)
  | undefined;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "vaporform-import-"));
  const changing = path.join(scratch, "changing");
  await writeVersion(changing, 1);
  github = await startGitHubServer({
    repositories: {
      ...Object.fromEntries(PACKAGES.map((name) => [`packages/${name}`, path.join(modules, name)])),
      "tests/changing": changing,
      "tests/secret": changing,
      "tests/empty": await mkdtemp(path.join(scratch, "empty-")),
    },
    private: ["tests/secret"],
    tokens: [TOKEN],
    onArchive: async (res, repository) => (await intercept?.(res, repository)) ?? false,
  });
  server = await startVaporform(options());
});

afterAll(async () => {
  await server.stop();
  await github.close();
  await rm(scratch, { recursive: true, force: true });
});

const options = () => ({
  dataDir: path.join(scratch, "data"),
  env: { GITHUB_API_URL: github.url },
  secrets: { CredentialKey: CREDENTIAL_KEY },
});

/** A repository whose every file says which version it is of; the second has other files than the first. */
async function writeVersion(folder: string, version: number): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const { mkdir } = await import("node:fs/promises");
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ name: "changing", version: `${version}.0.0` }));
  for (let i = 0; i < 200; i++)
    await writeFile(path.join(folder, `v${version}-${i}.txt`), `version ${version} file ${i} ${"x".repeat(i * 50)}`);
}

const api = () => new Api(server.url, "dev:importer");

async function finished(importId: string, client = api()): Promise<ImportState> {
  await client.followImport(importId, () => undefined);
  return await client.call<ImportState>("GET", `/github/imports/${importId}`);
}

async function importInto(body: object): Promise<ImportState> {
  return await finished((await api().call<ImportState>("POST", "/github/import", body)).id);
}

/** SHA-256 by path of every file in a project's own archive. */
async function archivedHashes(projectId: string): Promise<Map<string, string>> {
  const response = await fetch(`${server.url}/vfs/archive/${projectId}`, {
    headers: { authorization: "Bearer dev:importer" },
  });
  if (!response.ok || response.body === null) throw new Error(`the archive answered ${response.status}`);
  const tar = extract();
  Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0])
    .pipe(createGunzip())
    .pipe(tar);
  const hashes = new Map<string, string>();
  for await (const entry of tar) {
    const hash = createHash("sha256");
    for await (const piece of entry) hash.update(piece as Buffer);
    hashes.set(entry.header.name, hash.digest("hex"));
  }
  return hashes;
}

async function namesIn(projectId: string): Promise<string[]> {
  return (await api().listTree(projectId)).map((entry) => entry.path);
}

describe("importing a published package", () => {
  it.each(PACKAGES)("%s brings every file, byte for byte", async (name) => {
    const folder = path.join(modules, name);
    const files = (await listFolder(folder)).filter((entry) => entry.linkTarget === undefined);
    expect(files.length).toBeGreaterThan(500);
    const done = await importInto({ repository: `packages/${name}` });
    expect(done).toMatchObject({ status: "succeeded", files: files.length });
    const expected = new Map<string, string>();
    for (const file of files) {
      expected.set(
        file.path,
        createHash("sha256")
          .update(await readFile(path.join(folder, file.path)))
          .digest("hex"),
      );
    }
    expect(await archivedHashes(done.projectId)).toEqual(expected);
  });
});

describe("the progress stream", () => {
  it("tells a late subscriber the whole story, and ends", async () => {
    const done = await importInto({ repository: "tests/changing" });
    const states: (ImportState & { n: number })[] = [];
    await api().followImport(done.id, (state) => states.push(state as ImportState & { n: number }));
    const phases = states.map(({ status }) => status).filter((status, i, all) => status !== all[i - 1]);
    expect(phases).toEqual(["queued", "downloading", "storing", "detecting", "provisioning", "succeeded"]);
    expect(states.map(({ n }) => n)).toEqual(states.map((_, i) => i + 1));
    expect(states.at(-1)).toMatchObject({ files: done.files, bytes: done.bytes });
  });
});

describe("an import that cannot succeed", () => {
  it.each([
    [{ repository: "tests/missing" }, "repository_not_found"],
    [{ repository: "tests/secret" }, "repository_not_found"],
    [{ repository: "tests/secret", token: "another" }, "github_token_rejected"],
    [{ repository: "tests/changing", ref: "no-such-branch" }, "ref_not_found"],
    [{ repository: "tests/empty" }, "empty_repository"],
    [{ repository: "tests/changing", folder: "no/such/folder" }, "folder_not_found"],
  ])("%j fails with the reason %s", async (body, reason) => {
    const done = await importInto(body);
    expect(done).toMatchObject({ status: "failed", failure: { reason } });
    expect(await namesIn(done.projectId)).toEqual([]);
  });

  it("is refused for what is no archive", async () => {
    intercept = async (res) => {
      res.writeHead(200, { "Content-Type": "application/x-gzip" });
      res.end("this is no gzip at all");
      return true;
    };
    const done = await importInto({ repository: "tests/changing" });
    intercept = undefined;
    expect(done).toMatchObject({ status: "failed", failure: { reason: "github_bad_answer" } });
  });

  it("keeps nothing of a token once it has ended", async () => {
    const done = await importInto({ repository: "tests/secret", token: TOKEN });
    expect(done.status).toBe("succeeded");
    expect(JSON.stringify(done)).not.toContain(TOKEN);
    expect(server.lines.join("\n")).not.toContain(TOKEN);
  });
});

describe("another user", () => {
  it("does not learn of an import", async () => {
    const done = await importInto({ repository: "tests/changing" });
    const stranger = new Api(server.url, "dev:stranger");
    await expect(stranger.call("GET", `/github/imports/${done.id}`)).rejects.toThrow("import_not_found");
    await expect(stranger.call("POST", `/github/imports/${done.id}/cancel`)).rejects.toThrow("import_not_found");
    expect(await stranger.call("GET", "/github/imports")).toEqual({ items: [] });
  });
});

/** Sends a part of an archive and then holds the rest back. */
function holdArchive(percent = 50): { reached: Promise<void>; release: () => void } {
  let reach: () => void = () => undefined;
  let release: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  intercept = async (res, repository) => {
    const collected = new PassThrough();
    const whole = buffer(collected);
    await repository.sendArchive((await repository.resolve("")) ?? "", collected);
    const bytes = await whole;
    const sent = Math.floor((bytes.length * percent) / 100);
    res.writeHead(200, { "Content-Type": "application/x-gzip" });
    res.write(bytes.subarray(0, sent));
    reach();
    await Promise.race([released, new Promise((resolve) => res.once("close", resolve))]);
    if (!res.destroyed) res.end(bytes.subarray(sent));
    return true;
  };
  return { reached, release };
}

describe("an import into a project that has files", () => {
  it("leaves them exactly as they were when it is cancelled, and can be done again", async () => {
    const first = await importInto({ repository: "tests/changing" });
    const before = await namesIn(first.projectId);
    await writeVersion(path.join(scratch, "changing"), 2);
    const { reached } = holdArchive();
    const second = await api().call<ImportState>("POST", "/github/import", {
      repository: "tests/changing",
      projectId: first.projectId,
    });
    await reached;
    const conflict = api().call("POST", "/github/import", { repository: "tests/changing", projectId: first.projectId });
    await expect(conflict).rejects.toThrow("import_running");
    await api().call("POST", `/github/imports/${second.id}/cancel`);
    expect(await finished(second.id)).toMatchObject({ status: "cancelled" });
    expect(await namesIn(first.projectId)).toEqual(before);

    intercept = undefined;
    await api().call("POST", `/github/imports/${second.id}/retry`);
    expect(await finished(second.id)).toMatchObject({ status: "succeeded" });
    expect(await namesIn(first.projectId)).toContain("v2-0.txt");
    expect(await namesIn(first.projectId)).not.toContain("v1-0.txt");
  });

  it("leaves them exactly as they were when the server is killed at any time, and finishes after a restart", async () => {
    await writeVersion(path.join(scratch, "changing"), 1);
    const first = await importInto({ repository: "tests/changing" });
    const before = await archivedHashes(first.projectId);
    await writeVersion(path.join(scratch, "changing"), 2);
    let held = holdArchive(0);
    const second = await api().call<ImportState>("POST", "/github/import", {
      repository: "tests/changing",
      projectId: first.projectId,
    });
    for (const percent of [25, 50, 75, 99]) {
      await held.reached;
      await server.kill();
      held = holdArchive(percent);
      server = await startVaporform(options());
      expect(await archivedHashes(first.projectId)).toEqual(before);
    }
    await held.reached;
    held.release();
    expect(await finished(second.id)).toMatchObject({ status: "succeeded", files: 201 });
    expect([...(await archivedHashes(first.projectId)).keys()].filter((name) => name.startsWith("v1-"))).toEqual([]);
    intercept = undefined;
  }, 300_000);
});
