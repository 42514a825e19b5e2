import { secret } from "encore.dev/config";
import log from "encore.dev/log";
import { projects, vfs, workspace } from "~encore/clients";
import { findOwnedProject, isUuid } from "../auth/ownership";
import { DomainError } from "../platform/errors";
import { redactedMessage } from "../platform/redaction";
import { decryptToken, encryptToken, parseCredentialKey } from "./credentials";
import { createGitHubClient } from "./github-client";
import type { Import } from "./import";
import type { ImportPorts } from "./import-job";
import { findImport, insertImport, newImportId, requestCancel, requeueImport } from "./import-store";
import { limitsFrom } from "./limits";
import { parseRepositoryReference, requireRef } from "./repository-reference";
import { importDue } from "./topics";
import { announceUpdate } from "./updates";

const gitHubToken = secret("GitHubToken");
const credentialKey = secret("CredentialKey");

/** A manifest is never larger. */
const MAX_MANIFEST_BYTES = 1024 * 1024;
const DEFAULT_API_URL = "https://api.github.com";

/** What `runImport` works with in the running backend. */
export const importPorts: ImportPorts = {
  limits: limitsFrom(process.env),
  github: ({ id, token }) => {
    const own =
      token === null
        ? undefined
        : decryptToken(Buffer.from(token), { key: parseCredentialKey(credentialKey()), rowId: id });
    const shared = gitHubToken().trim();
    return createGitHubClient({ apiUrl: apiUrl(), token: own ?? (shared === "" ? undefined : shared) });
  },
  listPaths: async (projectId) => (await vfs.listPaths({ projectId })).paths,
  readText: async (projectId, path) => (await vfs.readText({ projectId, path, maxBytes: MAX_MANIFEST_BYTES })).text,
  setLanguage: async (projectId, { language, framework }) => {
    await projects.setLanguage({ projectId, language, ...(framework === null ? {} : { framework }) });
  },
  createWorkspace: async (projectId, language) => {
    const { name } = await projects.internalGet({ projectId });
    await workspace.createForProject({ projectId, projectName: name, language });
  },
};

function apiUrl(): string {
  return (process.env.GITHUB_API_URL ?? "").trim().replace(/\/+$/, "") || DEFAULT_API_URL;
}

export interface StartOptions {
  ownerId: string;
  repository: string;
  ref: string | undefined;
  /** The new project's name; made from the repository's when absent. */
  name: string | undefined;
  /** An own project to import into, in place of a new one. */
  projectId: string | undefined;
  /** For a private repository. */
  token: string | undefined;
}

/** Records an import, with its project where none is named, and has it begun. */
export async function startImport({ ownerId, repository, ref, name, projectId, token }: StartOptions): Promise<Import> {
  const parsed = parseRepositoryReference(repository);
  const wantedRef = ref === undefined ? parsed.ref : requireRef(ref);
  const fullName = `${parsed.owner}/${parsed.name}`;
  const id = newImportId();
  const encrypted =
    token === undefined ? null : encryptToken(token, { key: parseCredentialKey(credentialKey()), rowId: id });
  const target =
    projectId ??
    (await projects.createForImport({ ownerId, repository: fullName, ...(name === undefined ? {} : { name }) }))
      .projectId;
  const started = await insertImport({
    id,
    projectId: target,
    repository: fullName,
    ref: wantedRef ?? null,
    token: encrypted,
  });
  if (started === null) throw new DomainError("import_running", "the project has an import under way");
  await announce(id);
  return started;
}

/** Says that there is something to do. The sweep finds the row as well, so a failure to say so loses nothing. */
export async function announce(importId: string): Promise<void> {
  try {
    await importDue.publish({ importId });
  } catch (error) {
    log.warn("an import could not be announced; the sweep will find it", { importId, cause: redactedMessage(error) });
  }
}

/** The import, if its project is the caller's; else `import_not_found`, as for one that is not there. */
export async function ownedImport(importId: string): Promise<Import> {
  const found = isUuid(importId) ? await findImport(importId) : null;
  if (found === null || (await findOwnedProject(found.projectId)) === null) {
    throw new DomainError("import_not_found", `there is no import ${importId}`);
  }
  return found;
}

/** Asks the worker to stop; the import is `cancelled` once it has. Throws `import_finished`. */
export async function cancelImport({ id, status }: Import): Promise<Import> {
  if (!(await requestCancel(id))) throw new DomainError("import_finished", `the import has ${status} already`);
  await announce(id);
  announceUpdate(id);
  return await ownedImport(id);
}

/** Does a failed or cancelled import again. Throws `import_not_finished` and `import_running`. */
export async function retryImport({ id, status, projectId }: Import): Promise<Import> {
  if (status !== "failed" && status !== "cancelled")
    throw new DomainError("import_not_finished", `the import is ${status}`);
  const again = await requeueImport(id);
  if (again === null) throw new DomainError("import_running", `the project ${projectId} has an import under way`);
  await announce(id);
  return again;
}
