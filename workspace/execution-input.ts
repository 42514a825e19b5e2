import { z } from "zod";

const variables = z.record(z.string().regex(/^[A-Za-z_]\w*$/, "must be names of variables"), z.string());

/** What every way to run something takes. */
export const environmentFields = { env: variables.optional() };

export const commandFields = {
  command: z.string().min(1, "must not be empty").max(100_000),
  cwd: z.string().max(4_096).optional(),
  ...environmentFields,
};

export const timeoutField = z.number().int().min(1).max(600).default(60);

export const processIdField = z.string().regex(/^[\w-]{1,64}$/, "must be the id of a process");

export const portField = z.number().int().min(1).max(65_535);

/** Daytona's own bounds for a preview that expires. */
export const previewSecondsField = z.number().int().min(1).max(86_400).default(3_600);
