import { z } from "zod";
import { withoutNul } from "../platform/input";

/** A project as its owner sees it. */
export interface Project {
  id: string;
  name: string;
  description: string;
  /** Such as `typescript` or `python`; null until it is known. */
  language: string | null;
  framework: string | null;
  /** `owner/name` on GitHub, for an imported project. */
  repository: string | null;
  createdAt: string;
  updatedAt: string;
}

export const MAX_NAME_LENGTH = 100;

/** Names are shown in lists and log lines, so they are one line without surrounding space. */
export const projectName = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(MAX_NAME_LENGTH, `must have at most ${MAX_NAME_LENGTH} characters`)
  .regex(/^\P{Cc}+$/u, "must not contain control characters");

export const projectDescription = z
  .string()
  .max(2_000, "must have at most 2,000 characters")
  .refine(...withoutNul);
