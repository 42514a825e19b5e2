import { z } from "zod";
import { DomainError } from "../../platform/errors";

/** Of what GitHub answers, the part that is used. */

export const repositoryAnswer = z.object({
  full_name: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  private: z.boolean(),
  default_branch: z.string().min(1),
  /** KiB, with the history. */
  size: z.number().nonnegative(),
  archived: z.boolean().default(false),
});
export type RepositoryAnswer = z.infer<typeof repositoryAnswer>;

export const branchesAnswer = z.array(
  z.object({
    name: z.string(),
    commit: z.object({ sha: z.string() }),
    protected: z.boolean().default(false),
  }),
);
export type BranchesAnswer = z.infer<typeof branchesAnswer>;

export const languagesAnswer = z.record(z.string(), z.number().nonnegative());
export type LanguagesAnswer = z.infer<typeof languagesAnswer>;

export const commitAnswer = z
  .string()
  .trim()
  .regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);

/** Throws `github_bad_answer` for what is not as GitHub documents it. */
export function parseAnswer<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw badAnswer(what, parsed.error);
  return parsed.data;
}

export function badAnswer(what: string, cause?: unknown): DomainError {
  return new DomainError("github_bad_answer", `GitHub's answer about ${what} is none of GitHub's`, { cause });
}
