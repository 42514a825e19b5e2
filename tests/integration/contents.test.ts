import { randomBytes, randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { pgPool } from "../../platform/pg-pool";
import { insertProject } from "../../projects/project-store";
import { collectContents, REFERENCES } from "../../vfs/collector";
import { storeMany, storeStream } from "../../vfs/contents";
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
    const contents = Array.from({ length: 40 }, (_, i) => named(randomBytes(20), i));
    const orders = Array.from({ length: 8 }, (_, turn) => [
      ...contents.slice(turn * 5),
      ...contents.slice(0, turn * 5),
    ]);
    const results = await Promise.all(orders.map((order) => storeMany(order, { projectId, store })));
    const ids = results.map((stored) => new Set(stored.map(({ id }) => id)));
    for (const set of ids) expect(set).toEqual(ids[0]);
    expect((await contentsOf(projectId)).filter((content) => content.stored)).toHaveLength(40);
    const [first = []] = results;
    const read = await store.readMany(first.map(({ id }) => id));
    expect(first.map(({ id }) => read.get(id))).toEqual(contents.map(({ data }) => data));
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
