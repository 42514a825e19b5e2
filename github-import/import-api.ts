import { api, type Header, type Query } from "encore.dev/api";
import { z } from "zod";
import { currentUser } from "../auth/current-user";
import { ownedProject } from "../auth/ownership";
import { parseInput } from "../platform/input";
import { pageLimit } from "../platform/page";
import type { Import } from "./import";
import { type ImportPage, listImports } from "./import-store";
import { cancelImport, ownedImport, retryImport, startImport } from "./imports";

interface StartImportRequest {
  /** `owner/name`, `https://github.com/owner/name`, also with `/tree/<branch, tag or commit>/<folder>`, or an ssh address. */
  repository: string;
  /** Branch, tag or commit; the default branch when absent. */
  ref?: string;
  /** A folder of the repository, which is imported as if it were the whole. */
  folder?: string;
  /** The new project's name; made from the repository's when absent. */
  name?: string;
  /** An own project to import into, in place of a new one: what is gone from the repository is removed, too. */
  projectId?: string;
  /** Whether files that were changed in the project since the last import are replaced; else they stay, and are named. */
  overwrite?: boolean;
  /** For a private repository. Kept, encrypted, only until the import has ended. */
  token?: string;
  /** The same request again under the same key gets the first one's answer, for a day. */
  idempotencyKey?: Header<"Idempotency-Key">;
}

const token = z
  .string()
  .min(1)
  .max(1_000)
  .regex(/^[\x21-\x7e]+$/, "must not contain spaces or line breaks")
  .optional();

const sourceInput = z.object({
  repository: z.string().min(1).max(1_000),
  ref: z.string().min(1).max(255).optional(),
  folder: z.string().max(1_024).optional(),
});

const startInput = sourceInput.extend({ token, overwrite: z.boolean().default(false) });

/** Imports a repository. The answer comes at once; follow the import by its progress stream or by asking for it. */
export const importRepository = api(
  { expose: true, auth: true, method: "POST", path: "/github/import", tags: ["creates"] },
  async (request: StartImportRequest): Promise<Import> => {
    const input = parseInput(startInput, request);
    if (request.projectId !== undefined) await ownedProject(request.projectId);
    const { name, projectId } = request;
    const { repository, ref, folder, overwrite } = input;
    return await startImport({
      ownerId: currentUser(),
      repository,
      ref,
      folder,
      name,
      projectId,
      overwrite,
      token: input.token,
    });
  },
);

interface ListImportsRequest {
  /** 1 to 200; 50 when absent. */
  limit?: Query<number>;
  /** `nextCursor` of the previous page. */
  cursor?: Query<string>;
}

/** Your imports, newest first. */
export const listOwnImports = api(
  { expose: true, auth: true, method: "GET", path: "/github/imports" },
  async ({ limit, cursor }: ListImportsRequest): Promise<ImportPage> =>
    await listImports(currentUser(), { limit: parseInput(z.object({ limit: pageLimit }), { limit }).limit, cursor }),
);

interface ImportIdRequest {
  importId: string;
}

/** An import: how far it is, and what came of it. */
export const getImport = api(
  { expose: true, auth: true, method: "GET", path: "/github/imports/:importId" },
  async ({ importId }: ImportIdRequest): Promise<Import> => await ownedImport(importId),
);

/** Stops an import that has not ended; the project's files stay as they were. */
export const cancel = api(
  { expose: true, auth: true, method: "POST", path: "/github/imports/:importId/cancel" },
  async ({ importId }: ImportIdRequest): Promise<Import> => await cancelImport(await ownedImport(importId)),
);

interface RetryRequest {
  importId: string;
  /** For a private repository, as when it was imported first. */
  token?: Header<"X-GitHub-Token">;
}

/** Does a failed or cancelled import again. */
export const retry = api(
  { expose: true, auth: true, method: "POST", path: "/github/imports/:importId/retry" },
  async (request: RetryRequest): Promise<Import> => {
    const input = parseInput(z.object({ token }), request);
    return await retryImport(await ownedImport(request.importId), { ownerId: currentUser(), token: input.token });
  },
);
