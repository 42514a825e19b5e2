import { z } from "zod";
import { DomainError } from "./errors";

/** PostgreSQL keeps every character in a text but this one. */
export const withoutNul = [
  (text: string): boolean => !text.includes("\0"),
  "must not contain the character U+0000",
] as const;

/** What a user calls a language or a framework. */
export const projectLanguage = z
  .string()
  .trim()
  .min(1)
  .max(50)
  .refine(...withoutNul);

/** Checks what the endpoint's types cannot say. Throws `invalid_request` naming each field that is wrong. */
export function parseInput<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const field = issue.path.join(".");
    return field === "" ? issue.message : `${field}: ${issue.message}`;
  });
  throw new DomainError("invalid_request", problems.join("; "));
}
