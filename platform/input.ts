import type { z } from "zod";
import { DomainError } from "./errors";

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
