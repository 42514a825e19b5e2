import { createHash, randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GridFSBucket, type MongoClient } from "mongodb";
import type { Pool } from "pg";
import type { TreeFile } from "./tree";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS bench_contents (id UUID PRIMARY KEY, data BYTEA NOT NULL);
  CREATE TABLE IF NOT EXISTS bench_files (
    project_id UUID NOT NULL, path TEXT NOT NULL, content_id TEXT NOT NULL, hash TEXT NOT NULL, size BIGINT NOT NULL,
    version INT NOT NULL, updated_at TIMESTAMPTZ NOT NULL DEFAULT now(), PRIMARY KEY (project_id, path));
  CREATE TABLE IF NOT EXISTS bench_versions (
    project_id UUID NOT NULL, path TEXT NOT NULL, version INT NOT NULL, content_id TEXT NOT NULL,
    written_at TIMESTAMPTZ NOT NULL DEFAULT now(), PRIMARY KEY (project_id, path, version));`;

type PutContent = (file: TreeFile) => Promise<string>;

/**
 * Writes files in the way most apps do it: for each file its content (one GridFS upload stream, or one row), and three
 * statements: what is there, what is now, and the version.
 */
export async function writeOneByOne(files: readonly TreeFile[], { pool, put }: { pool: Pool; put: PutContent }) {
  const projectId = randomUUID();
  for (const file of files) {
    const contentId = await put(file);
    const { rows } = await pool.query<{ version: number }>(
      "SELECT version FROM bench_files WHERE project_id = $1 AND path = $2",
      [projectId, file.path],
    );
    const version = (rows[0]?.version ?? 0) + 1;
    await pool.query(
      `INSERT INTO bench_files (project_id, path, content_id, hash, size, version) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (project_id, path) DO UPDATE SET content_id = $3, hash = $4, size = $5, version = $6, updated_at = now()`,
      [
        projectId,
        file.path,
        contentId,
        createHash("sha256").update(file.data).digest("hex"),
        file.data.length,
        version,
      ],
    );
    await pool.query("INSERT INTO bench_versions (project_id, path, version, content_id) VALUES ($1, $2, $3, $4)", [
      projectId,
      file.path,
      version,
      contentId,
    ]);
  }
}

export async function putIntoPostgres(pool: Pool): Promise<PutContent> {
  await pool.query(SCHEMA);
  return async ({ data }) => {
    const id = randomUUID();
    await pool.query("INSERT INTO bench_contents (id, data) VALUES ($1, $2)", [id, data]);
    return id;
  };
}

export async function putIntoGridFS(pool: Pool, client: MongoClient): Promise<PutContent> {
  await pool.query(SCHEMA);
  const bucket = new GridFSBucket(client.db(), { bucketName: "bench_files" });
  return async ({ path, data }) => {
    const upload = bucket.openUploadStream(path);
    await pipeline(Readable.from([data]), upload);
    return upload.id.toHexString();
  };
}
