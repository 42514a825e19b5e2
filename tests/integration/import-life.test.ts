import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { runImport } from "../../github-import/import-job";
import { requestCancel, requeueImport } from "../../github-import/import-store";
import { announceCancel } from "../../github-import/updates";
import { pgPool } from "../../platform/pg-pool";
import { deleteProject } from "../../projects/deletion";
import { removeProjectFiles } from "../../vfs/cleanup";
import { collectContents } from "../../vfs/collector";
import { writeFile as writeProjectFile } from "../../vfs/writing";
import { type GitHubServer, startGitHubServer } from "../github-server/server";
import { Gate } from "../support/gate";
import { Importing } from "../support/importing";

const REPOSITORY = "owner/name";

let scratch: string;
let github: GitHubServer;
let importing: Importing;
let projectId: string;
/** Runs when a request comes whose path matches, before it is answered. */
let meanwhile: { path: RegExp; work: () => Promise<unknown> } | undefined;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "vaporform-life-"));
  await mkdir(path.join(scratch, REPOSITORY), { recursive: true });
  await writeFile(path.join(scratch, REPOSITORY, "README"), "hello");
  github = await startGitHubServer({
    root: scratch,
    onRequest: async (req) => {
      if (meanwhile?.path.test(req.url ?? "") === true) await meanwhile.work();
      return false;
    },
  });
});

beforeEach(async () => {
  meanwhile = undefined;
  importing = new Importing(github.url);
  projectId = await importing.newProject();
  await writeProjectFile({ projectId, path: "mine" }, Buffer.from("as it was"));
});

afterAll(async () => {
  await github.close();
  await rm(scratch, { recursive: true, force: true });
});

const insert = () => importing.insert({ projectId, repository: REPOSITORY });

async function cancel(id: string): Promise<boolean> {
  const asked = await requestCancel(id);
  announceCancel(id);
  return asked;
}

async function stagesLeft(): Promise<number> {
  const { rows } = await pgPool().query("SELECT 1 FROM vfs_stages WHERE project_id = $1 AND NOT committed", [
    projectId,
  ]);
  return rows.length;
}

async function expectAsItWas(id: string): Promise<void> {
  expect(await importing.find(id)).toMatchObject({ status: "cancelled", failure: null });
  expect(await importing.tree(projectId)).toEqual({ mine: "as it was" });
  expect(await stagesLeft()).toBe(0);
}

describe("cancelling", () => {
  it("works before an import has begun", async () => {
    const id = await insert();
    await cancel(id);
    await importing.resume(id);
    await expectAsItWas(id);
    expect(github.requests.filter((url) => url.includes(id))).toEqual([]);
  });

  it.each([
    ["GitHub is asked for the commit", /\/commits\//],
    ["GitHub is asked for the archive", /\/tarball\//],
    ["the archive comes", /^\/_codeload\//],
  ])("works while %s", async (_title, when) => {
    const id = await insert();
    meanwhile = { path: when, work: () => cancel(id) };
    await importing.resume(id);
    await expectAsItWas(id);
  });

  it("works at once while nothing comes, not only when the lease is renewed", async () => {
    vi.spyOn(globalThis, "setInterval").mockReturnValueOnce(undefined as unknown as NodeJS.Timeout);
    const gate = new Gate();
    const id = await insert();
    meanwhile = {
      path: /^\/_codeload\//,
      work: async () => {
        await cancel(id);
        await gate.pass();
      },
    };
    await importing.resume(id);
    gate.open();
    vi.restoreAllMocks();
    await expectAsItWas(id);
  });

  it.each(["storing", "detecting"])("works while it is %s", async (status) => {
    const id = await insert();
    // The database tells of the status, in the transaction that enters it: cancelled right then.
    await pgPool().query(`
      CREATE OR REPLACE FUNCTION cancel_at_status() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN NEW.cancel_requested := NEW.cancel_requested OR NEW.status = TG_ARGV[0]; RETURN NEW; END $$;
      CREATE TRIGGER cancel_at_status BEFORE UPDATE ON imports FOR EACH ROW WHEN (NEW.id = '${id}')
        EXECUTE FUNCTION cancel_at_status('${status}')`);
    await importing.resume(id);
    await pgPool().query("DROP TRIGGER cancel_at_status ON imports");
    await expectAsItWas(id);
  });

  it("works while an attempt is waited for", async () => {
    const id = await insert();
    await pgPool().query("UPDATE imports SET next_attempt_at = now() + interval '1 hour' WHERE id = $1", [id]);
    await cancel(id);
    await importing.resume(id);
    await expectAsItWas(id);
  });

  it("is refused once the files are in place", async () => {
    const id = await insert();
    let asked: boolean | undefined;
    const ports = importing.ports();
    await runImport(id, {
      ...ports,
      createWorkspace: async () => {
        asked = await cancel(id);
      },
    });
    expect(asked).toBe(false);
    expect(await importing.find(id)).toMatchObject({ status: "succeeded" });
  });

  it("can be followed by another go", async () => {
    const id = await insert();
    await cancel(id);
    await importing.resume(id);
    expect(await requeueImport(id, null)).toMatchObject({ status: "queued", attempts: 0 });
    expect(await importing.resume(id)).toMatchObject({ status: "succeeded" });
    const statuses = (await importing.events(id)).map(({ status }) => status);
    expect(statuses.slice(0, 4)).toEqual(["queued", "cancelled", "queued", "downloading"]);
  });
});

describe("one import", () => {
  it("is done once, however often it is told to be", async () => {
    const id = await insert();
    const before = github.requests.length;
    await Promise.all([importing.resume(id), importing.resume(id), importing.resume(id)]);
    await importing.resume(id);
    expect(await importing.find(id)).toMatchObject({ status: "succeeded", attempts: 1 });
    expect(github.requests.slice(before).filter((url) => url.includes("/tarball/"))).toHaveLength(1);
    expect(importing.workspaces).toHaveLength(1);
  });

  it("keeps another one out of its project", async () => {
    await insert();
    await expect(insert()).rejects.toThrow("under way");
  });

  it("is finished by the next worker when its own dies with the files in place", async () => {
    const id = await insert();
    const ports = importing.ports();
    const dying = { ...ports, createWorkspace: () => Promise.reject(new Error("the workspace service is away")) };
    for (let i = 0; i < 8; i++) await expect(runImport(id, dying)).rejects.toMatchObject({ name: "NotYet" });
    expect(await importing.find(id)).toMatchObject({ status: "provisioning", finishedAt: null });
    const before = github.requests.length;
    expect(await importing.resume(id)).toMatchObject({ status: "succeeded", outcome: { added: 1 } });
    expect(github.requests.length).toBe(before);
  });

  it("is begun a few times and not for ever when its worker dies", async () => {
    const id = await insert();
    await pgPool().query("UPDATE imports SET attempts = 6 WHERE id = $1", [id]);
    expect(await importing.resume(id)).toMatchObject({ status: "failed", failure: { reason: "import_interrupted" } });
  });

  it("goes on where the lease of a worker that died has run out, by the database's clock", async () => {
    const id = await insert();
    await pgPool().query(
      "UPDATE imports SET status = 'downloading', lease_until = now() + interval '1 hour' WHERE id = $1",
      [id],
    );
    expect(await importing.resume(id)).toMatchObject({ status: "downloading", attempts: 0 });
    await pgPool().query("UPDATE imports SET lease_until = now() - interval '1 second' WHERE id = $1", [id]);
    expect(await importing.resume(id)).toMatchObject({ status: "succeeded" });
  });
});

describe("a project that is deleted in the middle", () => {
  it("is noticed while nothing comes from GitHub", async () => {
    const gate = new Gate();
    const id = await insert();
    meanwhile = {
      path: /^\/_codeload\//,
      work: async () => {
        await deleteProject(projectId);
        await gate.pass();
      },
    };
    await importing.resume(id);
    gate.open();
    expect(await importing.find(id)).toMatchObject({ status: "cancelled" });
  });

  it("takes its import with it, and nothing is left", async () => {
    const id = await insert();
    meanwhile = { path: /^\/_codeload\//, work: () => deleteProject(projectId) };
    await importing.resume(id);
    expect(await importing.find(id)).toMatchObject({ status: "cancelled" });
    await removeProjectFiles(projectId);
    await collectContents({ projectId, graceMinutes: 0 });
    for (const table of ["vfs_entries", "vfs_stages", "vfs_contents"]) {
      const { rows } = await pgPool().query(`SELECT 1 FROM ${table} WHERE project_id = $1`, [projectId]);
      expect(rows, table).toEqual([]);
    }
  });
});

describe("the quota", () => {
  it("refuses an import that would pass it, and leaves what was there", async () => {
    process.env.VFS_QUOTA_BYTES = "10";
    const id = await importing.insert({ id: randomUUID(), projectId, repository: REPOSITORY });
    const done = await importing.resume(id);
    delete process.env.VFS_QUOTA_BYTES;
    expect(done).toMatchObject({ status: "failed", failure: { reason: "storage_quota_exceeded" } });
    expect(await importing.tree(projectId)).toEqual({ mine: "as it was" });
    expect(await stagesLeft()).toBe(0);
  });
});
