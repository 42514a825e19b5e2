import { z } from "zod";

/** How a project's code is brought to run; each command is a line for the shell, null where the project has none. */
export interface RunPlan {
  install: string | null;
  build: string | null;
  start: string | null;
  test: string | null;
  /** Where the started program listens. */
  port: number | null;
  /** Of the language, as the project asks for it, such as `>=20`. */
  runtimeVersion: string | null;
}

const command = z.string().min(1).max(4_096).nullable();

const runPlan = z.object({
  install: command,
  build: command,
  start: command,
  test: command,
  port: z.number().int().min(1).max(65_535).nullable(),
  runtimeVersion: z.string().max(100).nullable(),
});

/** A plan as it was stored; null for none, and for one that an older version wrote and nobody understands any more. */
export function storedRunPlan(value: unknown): RunPlan | null {
  const parsed = runPlan.safeParse(value);
  return parsed.success ? parsed.data : null;
}
