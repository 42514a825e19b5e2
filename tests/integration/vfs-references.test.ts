import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { pgPool } from "../../platform/pg-pool";
import { writeBatch } from "../../vfs/batch";
import { findFile } from "../../vfs/entry";
import { writeFile } from "../../vfs/writing";
import { untilBlocking } from "../support/blocking";
import { file, newProject } from "../support/trees";

// What foreign keys and triggers for each row would promise, triggers for whole statements do.

const broken = { code: "23503" };
const nowhere = randomUUID();

async function contentOf(projectId: string, path: string): Promise<string> {
  return (await findFile({ projectId, path })).contentId;
}

/** A content that is stored and that nothing refers to. */
async function looseContent(projectId: string): Promise<string> {
  const id = randomUUID();
  await pgPool().query("INSERT INTO vfs_contents (id, project_id, store) VALUES ($1, $2, 'postgres')", [id, projectId]);
  await pgPool().query("INSERT INTO vfs_chunks (content_id, n, data) VALUES ($1, 0, 'x')", [id]);
  return id;
}

async function stage(projectId: string): Promise<string> {
  const id = randomUUID();
  await pgPool().query("INSERT INTO vfs_stages (id, project_id) VALUES ($1, $2)", [id, projectId]);
  return id;
}

function insertEntry(projectId: string, contentId: string) {
  return {
    text: "INSERT INTO vfs_entries (project_id, path, kind, hash, content_id) VALUES ($1, $2, 'file', '', $3)",
    values: [projectId, randomUUID(), contentId],
  };
}

describe("a reference to a content", () => {
  it.each<[string, (projectId: string) => Promise<unknown>]>([
    ["a new entry", (id) => pgPool().query(insertEntry(id, nowhere))],
    ["an entry", (id) => pgPool().query("UPDATE vfs_entries SET content_id = $2 WHERE project_id = $1", [id, nowhere])],
    [
      "a version",
      (id) =>
        pgPool().query(
          `INSERT INTO vfs_versions (project_id, path, version, kind, executable, size, content_id, written_in, replaced_in, written_at)
           VALUES ($1, 'v', 1, 'file', false, 0, $2, 1, 2, now())`,
          [id, nowhere],
        ),
    ],
    [
      "a staged entry",
      async (id) =>
        await pgPool().query(
          `INSERT INTO vfs_staged_entries (stage_id, path, kind, executable, size, content_id)
           VALUES ($1, 's', 'file', false, 0, $2)`,
          [await stage(id), nowhere],
        ),
    ],
    ["a chunk", () => pgPool().query("INSERT INTO vfs_chunks (content_id, n, data) VALUES ($1, 0, 'x')", [nowhere])],
  ])("is refused as %s when the content is not there", async (_, write) => {
    const projectId = await newProject();
    await writeFile({ projectId, path: "a" }, randomBytes(10));
    await expect(write(projectId)).rejects.toMatchObject(broken);
  });

  it("keeps the content from being removed, as an entry, a version or a staged entry", async () => {
    const projectId = await newProject();
    await writeFile({ projectId, path: "a" }, randomBytes(10));
    const former = await contentOf(projectId, "a");
    await writeFile({ projectId, path: "a" }, randomBytes(10));
    const current = await contentOf(projectId, "a");
    const staged = await looseContent(projectId);
    await pgPool().query(
      `INSERT INTO vfs_staged_entries (stage_id, path, kind, executable, size, content_id)
       VALUES ($1, 's', 'file', false, 0, $2)`,
      [await stage(projectId), staged],
    );
    for (const id of [former, current, staged]) {
      await expect(pgPool().query("DELETE FROM vfs_contents WHERE id = $1", [id])).rejects.toMatchObject(broken);
    }
  });

  it("belongs to a project and a stage that are there", async () => {
    const projectId = await newProject();
    const content = await looseContent(projectId);
    await expect(pgPool().query(insertEntry(nowhere, content))).rejects.toMatchObject(broken);
    const text = "INSERT INTO vfs_contents (id, project_id, store) VALUES (gen_random_uuid(), $1, 'postgres')";
    await expect(pgPool().query(text, [nowhere])).rejects.toMatchObject(broken);
    const staged = `INSERT INTO vfs_staged_entries (stage_id, path, kind, executable, size) VALUES ($1, 's', 'symlink', false, 0)`;
    await expect(pgPool().query(staged, [nowhere])).rejects.toMatchObject(broken);
    await expect(pgPool().query("DELETE FROM projects WHERE id = $1", [projectId])).rejects.toMatchObject(broken);
  });
});

describe("what is removed", () => {
  it("takes with it what is a part of it", async () => {
    const projectId = await newProject();
    const content = await looseContent(projectId);
    await pgPool().query("DELETE FROM vfs_contents WHERE id = $1", [content]);
    const { rows: chunks } = await pgPool().query("SELECT 1 FROM vfs_chunks WHERE content_id = $1", [content]);
    expect(chunks).toEqual([]);
    const stageId = await stage(projectId);
    await pgPool().query(
      `INSERT INTO vfs_staged_entries (stage_id, path, kind, executable, size, link_target)
       VALUES ($1, 's', 'symlink', false, 0, 'x')`,
      [stageId],
    );
    await pgPool().query("DELETE FROM vfs_stages WHERE id = $1", [stageId]);
    const { rows: staged } = await pgPool().query("SELECT 1 FROM vfs_staged_entries WHERE stage_id = $1", [stageId]);
    expect(staged).toEqual([]);
  });
});

/** Both begin, the first one ends once the second one waits for it; gives what became of the second. */
async function race(
  first: { text: string; values: string[] },
  second: { text: string; values: string[] },
): Promise<unknown> {
  const [one, two] = await Promise.all([pgPool().connect(), pgPool().connect()]);
  try {
    await one.query("BEGIN");
    await one.query(first);
    const outcome = two.query(second).then(
      () => "done",
      (error: unknown) => error,
    );
    await untilBlocking(one);
    await one.query("COMMIT");
    return await outcome;
  } finally {
    one.release();
    two.release();
  }
}

describe("a content that is removed and referred to at the same time", () => {
  const removal = (content: string) => ({ text: "DELETE FROM vfs_contents WHERE id = $1", values: [content] });

  it("stays when the reference came first", async () => {
    const projectId = await newProject();
    const content = await looseContent(projectId);
    expect(await race(insertEntry(projectId, content), removal(content))).toMatchObject(broken);
  });

  it("is gone when the removal came first, and nothing refers to it", async () => {
    const projectId = await newProject();
    const content = await looseContent(projectId);
    expect(await race(removal(content), insertEntry(projectId, content))).toMatchObject(broken);
  });
});

describe("contents that are stored already", () => {
  const contents = [Buffer.from("one"), Buffer.from("two")];
  const changes = contents.map((content, i) => ({ kind: "file" as const, path: `file-${i}`, content }));

  async function withUnused(): Promise<{ projectId: string; ids: string[] }> {
    const projectId = await newProject();
    await writeBatch(projectId, changes);
    const { rows } = await pgPool().query<{ id: string }>(
      "UPDATE vfs_contents SET unused_since = now() WHERE project_id = $1 RETURNING id, hash",
      [projectId],
    );
    return { projectId, ids: rows.map(({ id }) => id) };
  }

  it("are taken back into use, and not stored again", async () => {
    const { projectId, ids } = await withUnused();
    await writeBatch(projectId, changes);
    const { rows } = await pgPool().query("SELECT id, unused_since FROM vfs_contents WHERE project_id = $1", [
      projectId,
    ]);
    expect(new Set(rows)).toEqual(new Set(ids.map((id) => ({ id, unused_since: null }))));
  });

  it("are taken again when PostgreSQL has to end a deadlock", async () => {
    const { projectId } = await withUnused();
    const other = await pgPool().connect();
    try {
      const take = async (order: string) =>
        await other.query(
          `SELECT 1 FROM vfs_contents WHERE project_id = $1 ORDER BY hash ${order} LIMIT 1 FOR UPDATE`,
          [projectId],
        );
      await other.query("BEGIN");
      // So that it is the writer who finds the deadlock, and is ended.
      await other.query("SET LOCAL deadlock_timeout = '1min'");
      await take("DESC");
      const written = writeBatch(projectId, changes);
      await untilBlocking(other);
      await take("ASC");
      await other.query("COMMIT");
      expect((await written).entries).toHaveLength(2);
    } finally {
      other.release();
    }
  });
});

describe("rows that are written as by an older instance, without numbers", () => {
  /** The statement of that time. */
  async function writeAsBefore(projectId: string, path: string, content: string): Promise<void> {
    await pgPool().query("UPDATE vfs_trees SET revision = revision + 1 WHERE project_id = $1", [projectId]);
    await pgPool().query(
      `INSERT INTO vfs_entries AS e (project_id, path, kind, executable, size, hash, content_id, link_target)
       SELECT $1, $2, 'file', false, size, hash, id, NULL FROM vfs_contents WHERE id = $3
       ON CONFLICT (project_id, path) DO UPDATE SET kind = EXCLUDED.kind, executable = EXCLUDED.executable,
         size = EXCLUDED.size, hash = EXCLUDED.hash, content_id = EXCLUDED.content_id, link_target = EXCLUDED.link_target,
         version = e.version + 1, updated_at = now()`,
      [projectId, path, content],
    );
  }

  async function numbers(projectId: string, path: string) {
    const { rows } = await pgPool().query(
      `SELECT version, written_in::int AS since, replaced_in::int AS until FROM vfs_versions WHERE project_id = $1 AND path = $2
       UNION ALL SELECT version, revision::int, NULL FROM vfs_entries WHERE project_id = $1 AND path = $2 ORDER BY version`,
      [projectId, path],
    );
    return rows;
  }

  it("are numbered like those of now", async () => {
    const projectId = await newProject();
    await writeFile({ projectId, path: "other" }, randomBytes(10));
    const content = await contentOf(projectId, "other");
    await writeAsBefore(projectId, "old", content);
    await writeBatch(projectId, [file("new", "1")]);
    await writeAsBefore(projectId, "old", content);
    await writeBatch(projectId, [file("new", "2")]);
    await writeBatch(projectId, [
      { kind: "delete", path: "old" },
      { kind: "delete", path: "new" },
    ]);
    await writeAsBefore(projectId, "old", content);
    await writeBatch(projectId, [file("new", "3")]);
    expect(await numbers(projectId, "old")).toEqual([
      { version: 1, since: 2, until: 4 },
      { version: 2, since: 4, until: 6 },
      { version: 3, since: 7, until: null },
    ]);
    expect(await numbers(projectId, "new")).toEqual([
      { version: 1, since: 3, until: 5 },
      { version: 2, since: 5, until: 6 },
      { version: 3, since: 8, until: null },
    ]);
  });
});
