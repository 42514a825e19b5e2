import type { PoolClient } from "pg";
import { DomainError } from "../platform/errors";
import { pgPool } from "../platform/pg-pool";
import type { ContentStore } from "./content-store";
import { type StoredContent, storeMany, storeStream } from "./contents";
import { currentStore } from "./stores";
import { changeTree } from "./tree";

export interface StagedFile {
  kind: "file";
  path: string;
  executable: boolean;
  /** Bytes. */
  size: number;
  /** Read to its end before `add` returns. */
  content: Uint8Array | AsyncIterable<Uint8Array>;
}

export interface StagedSymlink {
  kind: "symlink";
  path: string;
  target: string;
}

export interface StagedDirectory {
  kind: "directory";
  path: string;
}

export type StagedEntry = StagedFile | StagedSymlink | StagedDirectory;

export interface StageId {
  projectId: string;
  /** The import's id. */
  stageId: string;
}

/** A tree that is put together unseen and then replaces the project's tree at once. */
export interface StagedTree {
  /** Takes an entry. Returns late when the store is behind, which keeps memory bounded. A repeated path replaces the former. */
  add(entry: StagedEntry): Promise<void>;
  /** Replaces the project's tree in one transaction. Throws `project_not_found`, `path_conflict` and `storage_quota_exceeded`. */
  commit(): Promise<void>;
  /** Forgets what was staged; the contents are collected later. */
  discard(): Promise<void>;
}

const SMALL_BYTES = 256 * 1024;
const BATCH_BYTES = 4 * 1024 * 1024;
const BATCH_ENTRIES = 1_000;

/** Opens a stage; what an earlier attempt under the same id left is discarded first. */
export async function openStagedTree({ projectId, stageId }: StageId): Promise<StagedTree> {
  await discardStage(stageId);
  await pgPool().query("INSERT INTO vfs_stages (id, project_id) VALUES ($1, $2)", [stageId, projectId]);
  return new PostgresStagedTree({ projectId, stageId }, currentStore());
}

/** Whether the stage is the one that was committed last, so that a worker that died behind the commit can go on. */
export async function isCommitted({ projectId, stageId }: StageId): Promise<boolean> {
  const { rowCount } = await pgPool().query("SELECT 1 FROM vfs_trees WHERE project_id = $1 AND last_stage = $2", [
    projectId,
    stageId,
  ]);
  return rowCount !== 0;
}

/** Forgets a stage; one that is not there is fine. */
async function discardStage(stageId: string): Promise<void> {
  await pgPool().query("DELETE FROM vfs_stages WHERE id = $1", [stageId]);
}

interface StagedRow {
  path: string;
  kind: StagedEntry["kind"];
  executable: boolean;
  content: StoredContent | null;
  target: string | null;
}

class PostgresStagedTree implements StagedTree {
  #batch: StagedEntry[] = [];
  #bytes = 0;

  constructor(
    private readonly id: StageId,
    private readonly store: ContentStore,
  ) {}

  async add(entry: StagedEntry): Promise<void> {
    if (entry.kind === "file" && entry.size > SMALL_BYTES) {
      await this.#flush();
      const { path, content } = entry;
      await this.#insert([rowOf(entry, await storeStream({ data: pieces(content), path }, this.#target))]);
      return;
    }
    const inMemory = entry.kind === "file" ? { ...entry, content: await collect(entry.content) } : entry;
    this.#batch.push(inMemory);
    this.#bytes += entry.kind === "file" ? entry.size : 0;
    if (this.#bytes >= BATCH_BYTES || this.#batch.length >= BATCH_ENTRIES) await this.#flush();
  }

  async commit(): Promise<void> {
    await this.#flush();
    const { projectId, stageId } = this.id;
    await changeTree(projectId, async (client) => {
      await requireNoClashes(client, stageId);
      // Rows that stay as they are keep their version and their times.
      await client.query(
        `DELETE FROM vfs_entries e WHERE e.project_id = $1 AND NOT EXISTS (
           SELECT 1 FROM vfs_staged_entries s WHERE s.stage_id = $2 AND s.path = e.path)`,
        [projectId, stageId],
      );
      await client.query(
        `INSERT INTO vfs_entries AS e (project_id, path, kind, executable, size, hash, content_id, link_target)
         SELECT $1, path, kind, executable, size, hash, content_id, link_target FROM vfs_staged_entries WHERE stage_id = $2
         ON CONFLICT (project_id, path) DO UPDATE SET kind = EXCLUDED.kind, executable = EXCLUDED.executable,
           size = EXCLUDED.size, hash = EXCLUDED.hash, content_id = EXCLUDED.content_id, link_target = EXCLUDED.link_target,
           version = e.version + 1, updated_at = now()
         WHERE (e.kind, e.executable, e.hash, e.link_target) IS DISTINCT FROM
               (EXCLUDED.kind, EXCLUDED.executable, EXCLUDED.hash, EXCLUDED.link_target)`,
        [projectId, stageId],
      );
      await client.query("UPDATE vfs_trees SET last_stage = $2 WHERE project_id = $1", [projectId, stageId]);
      await client.query("DELETE FROM vfs_stages WHERE id = $1", [stageId]);
    });
  }

  async discard(): Promise<void> {
    this.#batch = [];
    await discardStage(this.id.stageId);
  }

  get #target() {
    return { projectId: this.id.projectId, store: this.store };
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#bytes = 0;
    if (batch.length === 0) return;
    const files = batch.filter((entry) => entry.kind === "file");
    const contents = await Promise.all(
      files.map(async ({ path, content }) => ({ path, data: await collect(content) })),
    );
    const stored = await storeMany(contents, this.#target);
    const byFile = new Map<StagedEntry, StoredContent | undefined>(files.map((file, i) => [file, stored[i]]));
    await this.#insert(batch.map((entry) => rowOf(entry, byFile.get(entry) ?? null)));
  }

  async #insert(rows: StagedRow[]): Promise<void> {
    // One statement cannot replace a row twice: of repeated paths the last one counts.
    const last = [...new Map(rows.map((row) => [row.path, row])).values()];
    await pgPool().query(
      `INSERT INTO vfs_staged_entries (stage_id, path, kind, executable, size, hash, content_id, link_target)
       SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bool[], $5::bigint[], $6::text[], $7::uuid[], $8::text[])
       ON CONFLICT (stage_id, path) DO UPDATE SET kind = EXCLUDED.kind, executable = EXCLUDED.executable,
         size = EXCLUDED.size, hash = EXCLUDED.hash, content_id = EXCLUDED.content_id, link_target = EXCLUDED.link_target`,
      [
        this.id.stageId,
        last.map(({ path }) => path),
        last.map(({ kind }) => kind),
        last.map(({ executable }) => executable),
        last.map(({ content }) => content?.size ?? 0),
        last.map(({ content }) => content?.hash ?? null),
        last.map(({ content }) => content?.id ?? null),
        last.map(({ target }) => target),
      ],
    );
    await pgPool().query("UPDATE vfs_stages SET touched_at = now() WHERE id = $1", [this.id.stageId]);
  }
}

/** A path cannot be a file and a folder at once. */
async function requireNoClashes(client: PoolClient, stageId: string): Promise<void> {
  const { rows } = await client.query<{ file: string; below: string }>(
    `SELECT f.path AS file, b.path AS below FROM vfs_staged_entries f
     JOIN vfs_staged_entries b ON b.stage_id = f.stage_id AND b.path > f.path || '/' AND b.path < f.path || '0'
     WHERE f.stage_id = $1 AND f.kind <> 'directory' LIMIT 1`,
    [stageId],
  );
  const clash = rows[0];
  if (clash !== undefined) {
    throw new DomainError("path_conflict", `'${clash.file}' is a file, and '${clash.below}' lies below it`);
  }
}

function rowOf(entry: StagedEntry, content: StoredContent | null): StagedRow {
  return {
    path: entry.path,
    kind: entry.kind,
    executable: entry.kind === "file" && entry.executable,
    content: entry.kind === "file" ? content : null,
    target: entry.kind === "symlink" ? entry.target : null,
  };
}

async function collect(content: StagedFile["content"]): Promise<Buffer> {
  if (Buffer.isBuffer(content)) return content;
  const parts: Uint8Array[] = [];
  for await (const piece of pieces(content)) parts.push(piece);
  return Buffer.concat(parts);
}

async function* pieces(content: StagedFile["content"]): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) yield content;
  else yield* content;
}
