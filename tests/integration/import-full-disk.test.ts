import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { requeueImport } from "../../github-import/import-store";
import { pgPool } from "../../platform/pg-pool";
import { type GitHubServer, startGitHubServer } from "../github-server/server";
import { whileDiskIsFull } from "../support/full-disk";
import { Importing } from "../support/importing";
import { pushVersion, version } from "../support/two-versions";

const REPOSITORY = "owner/name";

let scratch: string;
let github: GitHubServer;
let importing: Importing;
let projectId: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), "vaporform-full-"));
  github = await startGitHubServer({ root: scratch });
  importing = new Importing(github.url);
});

beforeEach(async () => {
  projectId = await importing.newProject();
  await push("1");
  expect(await importing.run({ projectId, repository: REPOSITORY })).toMatchObject({ status: "succeeded" });
  await push("2");
});

afterAll(async () => {
  await github.close();
  await rm(scratch, { recursive: true, force: true });
});

const push = (of: string) => pushVersion(path.join(scratch, REPOSITORY), of);

describe("a disk that is full", () => {
  it.each(["vfs_contents", "vfs_chunks", "vfs_staged_entries", "vfs_entries"])(
    "at %s ends the import with that reason, leaves the tree as it was, and lets another go succeed",
    async (table) => {
      const id = await importing.insert({ projectId, repository: REPOSITORY });
      await whileDiskIsFull({ table, projectId }, async () => {
        expect(await importing.resume(id)).toMatchObject({
          status: "failed",
          attempts: 1,
          failure: { reason: "storage_full", hint: expect.stringContaining("operator") },
        });
      });
      expect(await importing.tree(projectId)).toEqual(version("1"));
      const { rows } = await pgPool().query("SELECT 1 FROM vfs_stages WHERE project_id = $1 AND NOT committed", [
        projectId,
      ]);
      expect(rows).toEqual([]);
      await requeueImport(id, null);
      expect(await importing.resume(id)).toMatchObject({ status: "succeeded" });
      expect(await importing.tree(projectId)).toEqual(version("2"));
    },
  );
});
