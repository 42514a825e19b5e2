import { randomBytes, randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import { pgPool } from "../../platform/pg-pool";
import { insertProject } from "../../projects/project-store";
import { collectContents, REFERENCES } from "../../vfs/collector";
import { hashOf, type NewContent, storeMany, storeStream } from "../../vfs/contents";
import { storeNamed } from "../../vfs/stores";
import { removePath, writeFile } from "../../vfs/writing";

const store = storeNamed("postgres");

async function newProject(): Promise<string> {
  const project = await insertProject({ ownerId: randomUUID(), name: "contents", description: "", repository: null });
  if (project === null) throw new Error("the name was taken");
  return project.id;
}

async function contentsOf(projectId: string): Promise<{ id: string; stored: boolean; unused: boolean }[]> {
  const { rows } = await pgPool().query<{ id: string; stored: boolean; unused: boolean }>(
    "SELECT id, stored, unused_since IS NOT NULL AS unused FROM vfs_contents WHERE project_id = $1",
    [projectId],
  );
  return rows;
}

/** How many wait for a transaction to end. */
async function waiting(): Promise<number> {
  const { rows } = await pgPool().query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'transactionid'`,
  );
  return rows[0]?.count ?? 0;
}

type Three = [NewContent, NewContent, NewContent];

const named = (data: Buffer, i = 0) => ({ data, path: `file-${i}` });

describe("a content", () => {
  it("is stored once in a project, however often it is written", async () => {
    const projectId = await newProject();
    const [one, two] = [randomBytes(10), randomBytes(10)];
    const stored = await storeMany([named(one), named(two), named(one)], { projectId, store });
    expect(stored.map(({ size }) => size)).toEqual([10, 10, 10]);
    expect(stored[0]).toEqual(stored[2]);
    const streamed = await storeStream({ data: Readable.from([two]), path: "b" }, { projectId, store });
    expect(streamed).toEqual(stored[1]);
    expect((await contentsOf(projectId)).filter((content) => content.stored)).toHaveLength(2);
  });

  it("is stored once by many that write the same ones at the same time, in different orders", async () => {
    const projectId = await newProject();
    // More than are stored together, so that groups of one writer are under way at the same time as well.
    const contents = Array.from({ length: 1_200 }, (_, i) => named(randomBytes(20), i));
    const backwards = contents.toReversed();
    const orders = Array.from({ length: 4 }, () => [contents, backwards]).flat();
    const results = await Promise.all(orders.map((order) => storeMany(order, { projectId, store })));
    const ids = results.map((stored) => new Set(stored.map(({ id }) => id)));
    for (const set of ids) expect(set).toEqual(ids[0]);
    expect((await contentsOf(projectId)).filter((content) => content.stored)).toHaveLength(1_200);
    const [first = []] = results;
    const read = await store.readMany(first.map(({ id }) => id));
    expect(first.map(({ id }) => read.get(id))).toEqual(contents.map(({ data }) => data));
  });

  it("is never waited for in a circle, whatever the order that it comes in", async () => {
    const projectId = await newProject();
    const contents = Array.from({ length: 3 }, (_, i) => named(randomBytes(20), i));
    const [low, middle, high] = contents.sort((a, b) => (hashOf(a.data) < hashOf(b.data) ? -1 : 1)) as Three;
    const holder = await pgPool().connect();
    await holder.query("BEGIN");
    await holder.query(
      `INSERT INTO vfs_contents (id, project_id, hash, size, store, stored)
       VALUES (gen_random_uuid(), $1, $2, 20, 'postgres', true)`,
      [projectId, hashOf(middle.data)],
    );
    const forwards = storeMany([low, middle, high], { projectId, store });
    await vi.waitFor(async () => expect(await waiting()).toBe(1), { timeout: 10_000 });
    const backwards = storeMany([high, middle, low], { projectId, store });
    await vi.waitFor(async () => expect(await waiting()).toBe(2), { timeout: 10_000 });
    await holder.query("ROLLBACK");
    holder.release();
    expect((await backwards).toReversed()).toEqual(await forwards);
  });

  it("of another project is not shared", async () => {
    const [one, two] = [await newProject(), await newProject()];
    const data = randomBytes(10);
    const [mine] = await storeMany([named(data)], { projectId: one, store });
    const [theirs] = await storeMany([named(data)], { projectId: two, store });
    expect(mine?.id).not.toBe(theirs?.id);
  });
});

describe("collecting contents", () => {
  it("takes what nothing refers to, in two steps with the grace between them", async () => {
    const projectId = await newProject();
    await storeMany([named(randomBytes(10))], { projectId, store });
    await collectContents({ projectId });
    expect(await contentsOf(projectId)).toMatchObject([{ unused: true }]);
    await collectContents({ projectId });
    expect(await contentsOf(projectId)).toHaveLength(1);
    await pgPool().query("UPDATE vfs_contents SET unused_since = now() - interval '21 minutes' WHERE project_id = $1", [
      projectId,
    ]);
    await collectContents({ projectId });
    expect(await contentsOf(projectId)).toEqual([]);
  });

  it("leaves what is written again while it waits", async () => {
    const projectId = await newProject();
    const data = randomBytes(10);
    await storeMany([named(data)], { projectId, store });
    await collectContents({ projectId });
    await storeMany([named(data)], { projectId, store });
    expect(await contentsOf(projectId)).toMatchObject([{ unused: false }]);
  });

  it("leaves what a file consists of, and takes it after the file and its versions are gone", async () => {
    const projectId = await newProject();
    await writeFile({ projectId, path: "a" }, randomBytes(10));
    await collectContents({ graceMinutes: 0, projectId });
    expect(await contentsOf(projectId)).toHaveLength(1);
    await removePath({ projectId, path: "a" });
    await collectContents({ graceMinutes: 0, projectId });
    expect(await contentsOf(projectId)).toHaveLength(1);
    await pgPool().query("DELETE FROM vfs_versions WHERE project_id = $1", [projectId]);
    await collectContents({ graceMinutes: 0, projectId });
    expect(await contentsOf(projectId)).toEqual([]);
  });

  it("asks every table that refers to contents", async () => {
    const { rows } = await pgPool().query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND column_name = 'content_id' AND table_name <> 'vfs_chunks'`,
    );
    expect(rows.map(({ name }) => name).toSorted()).toEqual(REFERENCES.toSorted());
  });

  it("removes what a write that was cut off left behind", async () => {
    const projectId = await newProject();
    async function* broken(): AsyncGenerator<Buffer> {
      yield randomBytes(300_000);
      throw new Error("the client went away");
    }
    await expect(storeStream({ data: broken(), path: "a" }, { projectId, store })).rejects.toThrow("went away");
    const [left] = await contentsOf(projectId);
    expect(left).toMatchObject({ stored: false });
    await collectContents({ graceMinutes: 0, projectId });
    const { rows } = await pgPool().query("SELECT 1 FROM vfs_chunks WHERE content_id = $1", [left?.id]);
    expect(rows).toEqual([]);
  });
});
