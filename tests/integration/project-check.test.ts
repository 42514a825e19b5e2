import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type SharedPostgres, startSharedPostgres } from "../support/postgres";
import { startVaporform, type Vaporform } from "../support/vaporform";
import { VfsClient } from "../support/vfs-client";

let postgres: SharedPostgres;
let server: Vaporform;

beforeAll(async () => {
  postgres = await startSharedPostgres();
  server = await startVaporform({ env: postgres.env });
});
afterAll(async () => {
  await server?.stop();
  await postgres?.stop();
});

it("tells the owner what of a project's contents and counts is wrong, page by page", async () => {
  const client = new VfsClient(server.url, "owner");
  const projectId = await client.createProject("checked");
  // More than a page of them.
  for (let i = 0; i < 5; i++) {
    const changes = Array.from({ length: 50 }, (_, j) => ({
      kind: "file" as const,
      path: `${i}/${j}`,
      content: randomBytes(4).toString("base64"),
      encoding: "base64" as const,
    }));
    await client.batch(projectId, changes);
  }
  expect(await client.check(projectId)).toEqual([]);

  await postgres.query("UPDATE vfs_trees SET bytes = bytes + 1 WHERE project_id = $1", [projectId]);
  expect(await client.check(projectId)).toEqual([{ projectId, counter: "bytes", kept: 1_001, counted: 1_000 }]);

  await postgres.query(
    "DELETE FROM vfs_chunks WHERE content_id IN (SELECT id FROM vfs_contents WHERE project_id = $1)",
    [projectId],
  );
  expect(await client.check(projectId)).toHaveLength(251);
});
