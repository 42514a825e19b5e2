import type { z } from "zod";
import { DomainError } from "../../platform/errors";
import {
  type BranchesAnswer,
  badAnswer,
  branchesAnswer,
  commitAnswer,
  type LanguagesAnswer,
  languagesAnswer,
  parseAnswer,
  type RepositoryAnswer,
  repositoryAnswer,
} from "./answers";
import { failureOf } from "./failures";
import { withIdleTimeout } from "./idle-timeout";
import type { KnownAnswers } from "./known-answers";
import { request } from "./request";
import { readText } from "./text-body";

export interface GitHubClientOptions {
  /** Without a slash at the end; `https://api.github.com`, an Enterprise server's, or a test server's. */
  apiUrl: string;
  /** Sent to the API's host only. */
  token: string | undefined;
  known: KnownAnswers;
  /** A connection that gives nothing for this long has stalled. */
  idleMs: number;
  /** Told for how many seconds GitHub will refuse whoever asks with the same token. */
  onRateLimit?: ((seconds: number) => void) | undefined;
}

export interface RepositoryName {
  owner: string;
  name: string;
}

/** A commit, and what to say to be told only of another one. */
export interface ResolvedCommit {
  commitId: string;
  etag: string | null;
}

export interface BranchPage {
  branches: BranchesAnswer;
  nextPage: number | undefined;
}

interface ResolveOptions {
  /** Branch, tag or commit. */
  ref: string;
  /** What the ref was resolved to before. */
  known?: ResolvedCommit | undefined;
  signal: AbortSignal;
}

/** GitHub's REST API as far as imports need it. What goes wrong is thrown as a `DomainError` that says what. */
export class GitHubClient {
  constructor(private readonly options: GitHubClientOptions) {}

  async repository(repository: RepositoryName, signal: AbortSignal): Promise<RepositoryAnswer> {
    return (await this.#json(pathOf(repository), { schema: repositoryAnswer, what: "the repository", signal })).value;
  }

  async branches(
    repository: RepositoryName,
    { page, perPage, signal }: { page: number; perPage: number; signal: AbortSignal },
  ): Promise<BranchPage> {
    const path = `${pathOf(repository)}/branches?per_page=${perPage}&page=${page}`;
    const { value, link } = await this.#json(path, { schema: branchesAnswer, what: "the branches", signal });
    return { branches: value, nextPage: /rel="next"/.test(link ?? "") ? page + 1 : undefined };
  }

  async languages(repository: RepositoryName, signal: AbortSignal): Promise<LanguagesAnswer> {
    const path = `${pathOf(repository)}/languages`;
    return (await this.#json(path, { schema: languagesAnswer, what: "the languages", signal })).value;
  }

  /** The commit that a ref stands for now. Throws `ref_not_found` and `empty_repository`, among others. */
  async resolve(repository: RepositoryName, { ref, known, signal }: ResolveOptions): Promise<ResolvedCommit> {
    const response = await request(`${pathOf(repository)}/commits/${encodeRef(ref)}`, {
      ...this.options,
      signal,
      accept: "application/vnd.github.sha",
      ifNoneMatch: known?.etag ?? undefined,
    });
    if (response.status === 304 && known !== undefined) return known;
    if (!response.ok) throw await this.#failureOf(response, { ref, signal });
    const text = await readText(response, { what: "the commit", idleMs: this.options.idleMs, signal });
    return { commitId: parseAnswer(commitAnswer, text, "the commit"), etag: response.headers.get("etag") };
  }

  /** The tar.gz of a commit, as a stream; also the stream throws what goes wrong. */
  async downloadArchive(
    repository: RepositoryName,
    { commitId, signal }: { commitId: string; signal: AbortSignal },
  ): Promise<AsyncIterable<Uint8Array>> {
    const response = await request(`${pathOf(repository)}/tarball/${commitId}`, { ...this.options, signal });
    if (!response.ok) throw await this.#failureOf(response, { ref: commitId, signal });
    const type = response.headers.get("content-type") ?? "";
    if (/html|json|text\//.test(type) || response.body === null) {
      await response.body?.cancel();
      throw new DomainError("github_bad_answer", `GitHub answered with ${type || "nothing"} in place of an archive`);
    }
    return withIdleTimeout(response.body, { milliseconds: this.options.idleMs, what: "the archive", signal });
  }

  async #failureOf(
    response: Response,
    { ref, signal }: { ref: string | undefined; signal: AbortSignal },
  ): Promise<DomainError> {
    const { token, idleMs } = this.options;
    // What goes wrong with the words of an error takes nothing from the error.
    const text = await readText(response, { what: "an error", idleMs, signal }).catch(() => "");
    const failure = failureOf(response, { text, hasToken: token !== undefined, ref });
    if (failure.reason === "github_rate_limited") this.options.onRateLimit?.(failure.retryAfterSeconds ?? 0);
    return failure;
  }

  async #json<T>(
    path: string,
    { schema, what, signal }: { schema: z.ZodType<T>; what: string; signal: AbortSignal },
  ): Promise<{ value: T; link: string | null }> {
    const { known, token, idleMs } = this.options;
    const before = known.get(path, token);
    const response = await request(path, { ...this.options, signal, ifNoneMatch: before?.etag });
    if (response.status === 304 && before !== undefined)
      return { value: parseAnswer(schema, before.value, what), link: before.link };
    if (!response.ok) throw await this.#failureOf(response, { ref: undefined, signal });
    const value = parseAnswer(schema, parseJson(await readText(response, { what, idleMs, signal }), what), what);
    const [etag, link] = [response.headers.get("etag"), response.headers.get("link")];
    if (etag !== null) known.set(path, token, { etag, value, link });
    return { value, link };
  }
}

function pathOf({ owner, name }: RepositoryName): string {
  return `/repos/${owner}/${name}`;
}

/** Slashes stay: GitHub takes them as part of the reference. */
function encodeRef(ref: string): string {
  return ref.split("/").map(encodeURIComponent).join("/");
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badAnswer(what, cause);
  }
}
