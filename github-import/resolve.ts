import { DomainError } from "../platform/errors";
import { refNotFound } from "./github/failures";
import type { GitHubClient, RepositoryName, ResolvedCommit } from "./github/github-client";
import { isRef } from "./repository-reference";

/** What is to be imported, as it was asked for. */
export interface WantedSource extends RepositoryName {
  /** Branch, tag or commit; null for the default branch. */
  ref: string | null;
  /** '' for the whole repository. */
  folder: string;
  /** A ref with a folder behind it, which are still to be told apart; null when there is nothing to tell. */
  treePath: string | null;
}

/** What is to be imported, with the commit that it is of. */
export interface ResolvedSource extends ResolvedCommit {
  ref: string | null;
  folder: string;
}

export interface ResolveSourceOptions {
  /** What the same ref was resolved to before. */
  known?: ResolvedCommit | undefined;
  signal: AbortSignal;
}

/** Throws `ref_not_found`, `empty_repository`, `repository_not_found` and what else GitHub may answer. */
export async function resolveSource(
  client: GitHubClient,
  wanted: WantedSource,
  options: ResolveSourceOptions,
): Promise<ResolvedSource> {
  const { ref, folder, treePath } = wanted;
  if (treePath !== null) return await resolveTreePath(client, { ...wanted, treePath }, options);
  if (ref === null) return { ref, folder, ...(await resolveDefault(client, wanted, options)) };
  return { ref, folder, ...(await client.resolve(wanted, { ref, ...options })) };
}

async function resolveDefault(
  client: GitHubClient,
  wanted: WantedSource,
  options: ResolveSourceOptions,
): Promise<ResolvedCommit> {
  const commit = await ifThere(client.resolve(wanted, { ref: "HEAD", ...options }));
  if (commit !== undefined) return commit;
  const { default_branch } = await client.repository(wanted, options.signal);
  const ofBranch = await ifThere(client.resolve(wanted, { ref: default_branch, ...options }));
  if (ofBranch === undefined)
    throw new DomainError("empty_repository", "the repository has nothing in its default branch");
  return ofBranch;
}

/** A ref may hold slashes: of all that begin the path, the longest one that is there counts. */
async function resolveTreePath(
  client: GitHubClient,
  wanted: WantedSource & { treePath: string },
  options: ResolveSourceOptions,
): Promise<ResolvedSource> {
  const segments = wanted.treePath.split("/");
  for (let length = segments.length; length > 0; length--) {
    const ref = segments.slice(0, length).join("/");
    if (!isRef(ref)) continue;
    const commit = await ifThere(client.resolve(wanted, { ref, ...options }));
    if (commit === undefined) continue;
    const folder = [...segments.slice(length), wanted.folder].filter((part) => part !== "").join("/");
    return { ref, folder, ...commit };
  }
  throw refNotFound(wanted.treePath);
}

async function ifThere(resolving: Promise<ResolvedCommit>): Promise<ResolvedCommit | undefined> {
  try {
    return await resolving;
  } catch (error) {
    if (error instanceof DomainError && error.reason === "ref_not_found") return undefined;
    throw error;
  }
}
