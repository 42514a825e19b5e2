import type { PoolClient } from "pg";
import { DomainError } from "../platform/errors";
import { pgPool } from "../platform/pg-pool";
import type { ContentStore, StoreName } from "./content-store";
import { type ContentTarget, type StoredContent, storeMany } from "./contents";
import { storeLarge } from "./large-contents";
import { slashFirst } from "./path-order";
import { insertStaged, type StagedRow } from "./staged-rows";
import { currentStore, storeNamed } from "./stores";
import { changeTree } from "./tree";
import { type MergeResult, mergeStage } from "./tree-merge";

export interface StagedFile {
  kind: "file";
  path: string;
  executable: boolean;
  /** Bytes. */
  size: number;
  /** A stream is read to its end before `add` returns. */
  content: Buffer | AsyncIterable<Uint8Array>;
}

export interface StagedSymlink {
  kind: "symlink";
  path: string;
  target: string;
}

export type StagedEntry = StagedFile | StagedSymlink;

export interface StageId {
  projectId: string;
  /** The import's id. */
  stageId: string;
}

export interface CommitOptions {
  /** Whether files that were changed in the project since the last import are replaced. */
  overwrite?: boolean;
  /** Runs last in the transaction; what it throws leaves the tree as it was. */
  guard?: (client: PoolClient, result: MergeResult) => Promise<void>;
}

/** What a stage has, whether it is committed or not. */
export interface StageView {
  /** Every file, sorted by bytes. */
  listPaths(): Promise<string[]>;
  /** Null for a file that is not there, or larger. */
  readText(path: string, maxBytes: number): Promise<string | null>;
}

/** A tree that is put together unseen and then takes the place of the project's tree at once. */
export interface StagedTree {
  /** Takes an entry. Returns late when the store is behind, which keeps memory bounded. A repeated path replaces the former. */
  add(entry: StagedEntry): Promise<void>;
  /** Waits until everything that was added is stored. */
  settle(): Promise<void>;
  /**
   * Brings the stage into the project's tree in one transaction. Throws `project_not_found`, `path_conflict` and
   * `storage_quota_exceeded`.
   */
  commit(options?: CommitOptions): Promise<MergeResult>;
  /** Forgets what was staged; the contents are collected later. */
  discard(): Promise<void>;
}

const BATCH_BYTES = 8 * 1024 * 1024;
const BATCH_ENTRIES = 2_000;

/** Opens a stage; what an earlier attempt under the same id left is discarded first. */
export async function openStagedTree({ projectId, stageId }: StageId): Promise<StagedTree> {
  await discardStage(stageId);
  await pgPool().query("INSERT INTO vfs_stages (id, project_id) VALUES ($1, $2)", [stageId, projectId]);
  return new PostgresStagedTree({ projectId, stageId }, currentStore());
}

export function openStageView(stageId: string): StageView {
  return {
    async listPaths() {
      const { rows } = await pgPool().query<{ path: string }>(
        "SELECT path FROM vfs_staged_entries WHERE stage_id = $1 AND kind = 'file' ORDER BY path",
        [stageId],
      );
      return rows.map(({ path }) => path);
    },

    async readText(path, maxBytes) {
      const { rows } = await pgPool().query<{ id: string; store: StoreName }>(
        `SELECT c.id, c.store FROM vfs_staged_entries s JOIN vfs_contents c ON c.id = s.content_id
       WHERE s.stage_id = $1 AND s.path = $2 AND s.size <= $3`,
        [stageId, path, maxBytes],
      );
      const content = rows[0];
      if (content === undefined) return null;
      const contents = await storeNamed(content.store).readMany([content.id]);
      return contents.get(content.id)?.toString("utf8") ?? null;
    },
  };
}

/** The stage that was committed last, if any: what the project's files were before anybody changed them. */
export async function committedStage(projectId: string): Promise<string | null> {
  const { rows } = await pgPool().query<{ last_stage: string | null }>(
    "SELECT last_stage FROM vfs_trees WHERE project_id = $1",
    [projectId],
  );
  return rows[0]?.last_stage ?? null;
}

/** A stage whose worker has been silent for this long belongs to nobody; an import that is still wanted begins anew. */
const STAGE_MINUTES = 60;

export async function removeAbandonedStages(): Promise<void> {
  await pgPool().query(
    "DELETE FROM vfs_stages WHERE NOT committed AND touched_at < now() - make_interval(mins => $1)",
    [STAGE_MINUTES],
  );
}

/** Forgets a stage; one that is not there is fine, and one that was committed stays. */
async function discardStage(stageId: string): Promise<void> {
  await pgPool().query("DELETE FROM vfs_stages WHERE id = $1 AND NOT committed", [stageId]);
}

class PostgresStagedTree implements StagedTree {
  #batch: StagedEntry[] = [];
  #bytes = 0;
  /** The batch that is being written while the next one fills. */
  #writing: Promise<void> = Promise.resolve();
  readonly #target: ContentTarget;

  constructor(
    private readonly id: StageId,
    store: ContentStore,
  ) {
    this.#target = { projectId: id.projectId, store };
  }

  async add(entry: StagedEntry): Promise<void> {
    if (entry.kind === "file" && !Buffer.isBuffer(entry.content)) {
      await this.settle();
      const { path, size, content: data } = entry;
      await insertStaged(this.id.stageId, [rowOf(entry, await storeLarge({ path, size, data }, this.#target))]);
      return;
    }
    this.#batch.push(entry);
    this.#bytes += entry.kind === "file" ? entry.size : 0;
    if (this.#bytes >= BATCH_BYTES || this.#batch.length >= BATCH_ENTRIES) await this.#startWriting();
  }

  async settle(): Promise<void> {
    if (this.#batch.length > 0) await this.#startWriting();
    await this.#writing;
  }

  async commit({ overwrite = false, guard }: CommitOptions = {}): Promise<MergeResult> {
    await this.settle();
    const { projectId, stageId } = this.id;
    return await changeTree(projectId, async (client, change) => {
      await requireNoClashes(client, stageId);
      const { rows } = await client.query<{ last_stage: string | null }>(
        "SELECT last_stage FROM vfs_trees WHERE project_id = $1",
        [projectId],
      );
      const baseId = rows[0]?.last_stage ?? null;
      const result = await mergeStage(client, { projectId, stageId, baseId, overwrite, change });
      await client.query("UPDATE vfs_trees SET last_stage = $2 WHERE project_id = $1", [projectId, stageId]);
      await client.query("UPDATE vfs_stages SET committed = true WHERE id = $1", [stageId]);
      if (baseId !== null) await client.query("DELETE FROM vfs_stages WHERE id = $1", [baseId]);
      await guard?.(client, result);
      return result;
    });
  }

  async discard(): Promise<void> {
    this.#batch = [];
    // What is still being written would only leave more behind.
    await this.#writing.catch(() => undefined);
    await discardStage(this.id.stageId);
  }

  async #startWriting(): Promise<void> {
    await this.#writing;
    const batch = this.#batch;
    this.#batch = [];
    this.#bytes = 0;
    this.#writing = this.#write(batch);
    // Whoever waits for it next sees its failure.
    this.#writing.catch(() => undefined);
  }

  async #write(batch: StagedEntry[]): Promise<void> {
    const files = batch.flatMap((entry) =>
      entry.kind === "file" && Buffer.isBuffer(entry.content) ? [{ path: entry.path, data: entry.content }] : [],
    );
    const stored = await storeMany(files, this.#target);
    let next = 0;
    const rows = batch.map((entry) => rowOf(entry, entry.kind === "file" ? (stored[next++] ?? null) : null));
    await insertStaged(this.id.stageId, rows);
  }
}

/**
 * A path cannot be a file and a folder at once. With "/" sorted before everything that a name can have, what lies below a
 * file comes right behind it; a join by ranges would be planned by statistics from before the stage was filled.
 */
async function requireNoClashes(client: PoolClient, stageId: string): Promise<void> {
  const { rows } = await client.query<{ file: string; below: string }>(
    `SELECT file, below FROM (
       SELECT path AS file, lead(path) OVER (ORDER BY ${slashFirst("path")}) AS below
       FROM vfs_staged_entries WHERE stage_id = $1) neighbours
     WHERE starts_with(below, file || '/') LIMIT 1`,
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
    content,
    target: entry.kind === "symlink" ? entry.target : null,
  };
}
