import { db } from "../database";
import { DomainError } from "../platform/errors";

/** How many imports a user may have under way at once, on all instances. */
export interface ImportShare {
  ownerId: string;
  limit: number;
}

/** Nobody knows when one ends: most small repositories take less. */
const RETRY_AFTER_SECONDS = 10;

/**
 * Throws `import_limit_reached` when the share is used up. Until the transaction ends, nobody else's look at the same share
 * comes in between, so that two at once cannot both be the last. Imports into deleted projects count until they have stopped.
 */
export async function requireShare(
  tx: Pick<typeof db, "exec" | "queryRow">,
  { ownerId, limit }: ImportShare,
): Promise<void> {
  await tx.exec`SELECT pg_advisory_xact_lock(hashtextextended(${`imports of ${ownerId}`}, 0))`;
  const row = await tx.queryRow<{ count: number }>`
    SELECT count(*)::int AS count FROM imports JOIN projects ON projects.id = project_id
    WHERE owner_id = ${ownerId} AND finished_at IS NULL`;
  if ((row?.count ?? 0) < limit) return;
  throw new DomainError("import_limit_reached", `you have ${limit} imports under way, and that is the limit`, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

/** The same by itself: a look before something is made that would have to be taken back. */
export async function lookAtShare(share: ImportShare): Promise<void> {
  await using tx = await db.begin();
  await requireShare(tx, share);
}
