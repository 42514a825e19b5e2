import { api, type Header, type Query } from "encore.dev/api";
import { z } from "zod";
import { vfs } from "~encore/clients";
import { DomainError } from "../platform/errors";
import { parseInput } from "../platform/input";
import { decodeCursor, encodeCursor } from "../platform/page";
import { openGitHub } from "./github-access";
import { limitsFrom } from "./limits";
import { describeRepository, type RepositoryInfo } from "./repository-info";
import { wantedSource } from "./wanted-source";

interface RepositoryInfoRequest {
  /** As for an import: a name or an address. */
  repository: Query<string>;
  ref?: Query<string>;
  folder?: Query<string>;
  /** Branches a page: 1 to 100; 30 when absent. */
  limit?: Query<number>;
  /** `nextCursor` of the previous page of branches. */
  cursor?: Query<string>;
  /** For a private repository. It is used for this answer, and not kept. */
  token?: Header<"X-GitHub-Token">;
}

/** Several answers of GitHub's are waited for. */
const MAX_WAIT_MS = 45_000;

const input = z.object({
  repository: z.string().min(1).max(1_000),
  ref: z.string().min(1).max(255).optional(),
  folder: z.string().max(1_024).optional(),
  limit: z.number().int().min(1).max(100).default(30),
  token: z
    .string()
    .max(1_000)
    .regex(/^[\x21-\x7e]+$/, "must not contain spaces or line breaks")
    .optional(),
});

/** What a repository is and whether it can be imported, before anything is. */
export const repositoryInfo = api(
  { expose: true, auth: true, method: "GET", path: "/github/repository" },
  async (request: RepositoryInfoRequest): Promise<RepositoryInfo> => {
    const { repository, ref, folder, limit, token } = parseInput(input, request);
    const [page] =
      request.cursor === undefined ? [1] : decodeCursor(request.cursor, z.tuple([z.int().min(2).max(10_000)]));
    const { files, bytes, fileBytes } = limitsFrom(process.env);
    const quota = await vfs.quota();
    const wanted = wantedSource({ repository, ref, folder });
    const limits = { files: Math.min(files, quota.files), bytes: Math.min(bytes, quota.bytes), fileBytes };
    const { nextPage, ...info } = await withinTime((signal) =>
      describeRepository(openGitHub(token), wanted, { page, perPage: limit, limits, signal }),
    );
    return { ...info, ...(nextPage === undefined ? {} : { nextCursor: encodeCursor([nextPage]) }) };
  },
);

async function withinTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  const error = new DomainError("github_unavailable", "GitHub took too long to answer");
  const timer = setTimeout(() => late.abort(error), MAX_WAIT_MS);
  try {
    return await work(late.signal);
  } finally {
    clearTimeout(timer);
  }
}
