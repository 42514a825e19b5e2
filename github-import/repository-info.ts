import { DomainError } from "../platform/errors";
import type { GitHubClient } from "./github/github-client";
import type { WantedSource } from "./resolve";
import { type ResolvedSource, resolveSource } from "./resolve";

/** What a repository is, before anything of it is imported. */
export interface RepositoryInfo {
  /** `owner/name`, as GitHub has it now: another than was asked for, when the repository was renamed. */
  repository: string;
  private: boolean;
  archived: boolean;
  defaultBranch: string;
  /** There is nothing in it. */
  empty: boolean;
  /** What would be imported: the branch, tag or commit that was asked for, else null for the default branch. */
  ref: string | null;
  folder: string;
  /** The commit that it stands for now; null for an empty repository. */
  commitId: string | null;
  /** What GitHub says, with the history: the files themselves may be more or less. */
  sizeBytes: number;
  /** The most used one first. */
  languages: LanguageShare[];
  branches: Branch[];
  /** For the next page of the branches, when there is one. */
  nextCursor?: string;
  /** Whether the repository is small enough, as far as its size tells. */
  fits: boolean;
  limits: RepositoryLimits;
}

export interface LanguageShare {
  name: string;
  bytes: number;
}

export interface Branch {
  name: string;
  commitId: string;
  protected: boolean;
}

export interface RepositoryLimits {
  bytes: number;
  files: number;
  fileBytes: number;
}

export interface InfoOptions {
  page: number;
  perPage: number;
  limits: RepositoryLimits;
  signal: AbortSignal;
}

export type FoundRepository = Omit<RepositoryInfo, "nextCursor"> & { nextPage: number | undefined };

/** Asks GitHub. Throws what an import would fail with: `repository_not_found`, `ref_not_found`, and so on. */
export async function describeRepository(
  client: GitHubClient,
  wanted: WantedSource,
  { page, perPage, limits, signal }: InfoOptions,
): Promise<FoundRepository> {
  const answer = await client.repository(wanted, signal);
  const [source, { branches, nextPage }, languages] = await Promise.all([
    unlessEmpty(resolveSource(client, wanted, { signal })),
    client.branches(wanted, { page, perPage, signal }),
    client.languages(wanted, signal),
  ]);
  const sizeBytes = answer.size * 1024;
  return {
    repository: answer.full_name,
    private: answer.private,
    archived: answer.archived,
    defaultBranch: answer.default_branch,
    empty: source === null,
    ref: source?.ref ?? wanted.ref,
    folder: source?.folder ?? wanted.folder,
    commitId: source?.commitId ?? null,
    sizeBytes,
    languages: Object.entries(languages)
      .map(([name, bytes]) => ({ name, bytes }))
      .sort((a, b) => b.bytes - a.bytes),
    branches: branches.map(({ name, commit, protected: isProtected }) => ({
      name,
      commitId: commit.sha,
      protected: isProtected,
    })),
    nextPage,
    fits: sizeBytes <= limits.bytes,
    limits,
  };
}

async function unlessEmpty(resolving: Promise<ResolvedSource>): Promise<ResolvedSource | null> {
  try {
    return await resolving;
  } catch (error) {
    if (error instanceof DomainError && error.reason === "empty_repository") return null;
    throw error;
  }
}
