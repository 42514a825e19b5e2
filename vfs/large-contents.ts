import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pgPool } from "../platform/pg-pool";
import { type ContentTarget, findStored, hashing, type StoredContent, storeStream } from "./contents";

export interface LargeContent {
  path: string;
  size: number;
  data: AsyncIterable<Uint8Array>;
}

/**
 * Stores a content that is too large for memory, unless the project has it already. Which it is shows at its end only, so
 * one that may be there, since another of its size is, waits on disk until then.
 */
export async function storeLarge(content: LargeContent, target: ContentTarget): Promise<StoredContent> {
  if (!(await hasOfSize(target.projectId, content.size))) return await storeStream(content, target);
  const folder = await mkdtemp(path.join(tmpdir(), "vaporform-content-"));
  try {
    const spool = path.join(folder, "content");
    const { pieces, digest } = hashing(content.data);
    await pipeline(Readable.from(pieces), createWriteStream(spool));
    const known = await findStored(target.projectId, digest());
    return known ?? (await storeStream({ path: content.path, data: createReadStream(spool) }, target));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function hasOfSize(projectId: string, size: number): Promise<boolean> {
  const { rowCount } = await pgPool().query(
    "SELECT 1 FROM vfs_contents WHERE project_id = $1 AND size = $2 AND stored LIMIT 1",
    [projectId, size],
  );
  return rowCount !== 0;
}
