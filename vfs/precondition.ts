import type { ClientBase } from "pg";
import { DomainError } from "../platform/errors";
import type { Location } from "./entry";

/**
 * What a path must be like for a write to happen (RFC 9110, section 13.1). Both lists hold contents' hashes; `*` stands for
 * whatever is there. What has no content (a folder, a symlink) matches `*` alone.
 */
export interface Precondition {
  /** What is there is one of these. */
  ifMatch?: string[];
  /** What is there is none of these. */
  ifNoneMatch?: string[];
}

/** The same from the fields of a typed request. */
export function preconditionOf({
  ifMatch,
  ifNoneMatch,
}: {
  ifMatch?: string | undefined;
  ifNoneMatch?: "*" | undefined;
}) {
  return {
    ...(ifMatch === undefined ? {} : { ifMatch: [ifMatch] }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch: [ifNoneMatch] }),
  };
}

/** What is at a path: a content's hash, null for a folder or symlink, undefined for nothing. */
export type Present = string | null | undefined;

/** Throws `version_conflict`. */
export function checkPrecondition(path: string, present: Present, { ifMatch, ifNoneMatch }: Precondition): void {
  if (ifMatch !== undefined && !matches(ifMatch, present)) {
    throw new DomainError(
      "version_conflict",
      present === undefined ? `'${path}' is not there any more` : `'${path}' is not as it was when it was read`,
    );
  }
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, present)) {
    throw new DomainError("version_conflict", `'${path}' exists already`);
  }
}

function matches(tags: string[], present: Present): boolean {
  return present !== undefined && tags.some((tag) => tag === "*" || tag === present);
}

/** What it finds stays true inside the transaction that holds the tree. Throws `version_conflict`. */
export async function requirePrecondition(
  client: Pick<ClientBase, "query">,
  { projectId, path }: Location,
  precondition: Precondition | undefined,
): Promise<void> {
  if (precondition?.ifMatch === undefined && precondition?.ifNoneMatch === undefined) return;
  const { rows } = await client.query<{ hash: string | null }>(
    `SELECT hash FROM vfs_entries WHERE project_id = $1 AND path = $2
     UNION ALL (SELECT NULL FROM vfs_entries WHERE project_id = $1 AND path > $2 || '/' AND path < $2 || '0' LIMIT 1)`,
    [projectId, path],
  );
  checkPrecondition(path, rows[0]?.hash, precondition);
}
