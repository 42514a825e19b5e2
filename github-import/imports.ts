import { projects, workspace } from "~encore/clients";
import { findOwnedProject, isUuid } from "../auth/ownership";
import { DomainError } from "../platform/errors";
import log from "../platform/log";
import { redactedMessage } from "../platform/redaction";
import { openGitHubFor, sealToken } from "./github-access";
import type { Import } from "./import";
import { pauseSeconds } from "./import-failure";
import type { ImportPorts } from "./import-job";
import { type ImportShare, lookAtShare } from "./import-share";
import { findImport, insertImport, type NewImport, newImportId, requestCancel, requeueImport } from "./import-store";
import { importsPerUser, limitsFrom } from "./limits";
import { importDue } from "./topics";
import { announceCancel } from "./updates";
import { type SourceRequest, wantedSource } from "./wanted-source";

/** What `runImport` works with in the running backend. */
export function importPorts(): ImportPorts {
  return {
    limits: limitsFrom(process.env),
    pauseSeconds,
    github: openGitHubFor,
    setLanguage: async (projectId, { language, framework }) => {
      await projects.setLanguage({ projectId, language, ...(framework === null ? {} : { framework }) });
    },
    createWorkspace: async (projectId, { language, framework, commands, port, runtimeVersion }) => {
      const { name } = await projects.internalGet({ projectId });
      await workspace.createForProject({
        projectId,
        projectName: name,
        language,
        ...(framework === null ? {} : { framework }),
        plan: { ...commands, port, runtimeVersion },
      });
    },
  };
}

export interface StartOptions extends SourceRequest {
  ownerId: string;
  /** The new project's name; made from the repository's when absent. */
  name: string | undefined;
  /** An own project to import into, in place of a new one. */
  projectId: string | undefined;
  overwrite: boolean;
  /** For a private repository. */
  token: string | undefined;
}

/** Records an import, with its project where none is named, and has it begun. Throws `import_running` and `import_limit_reached`. */
export async function startImport(options: StartOptions): Promise<Import> {
  const { ownerId, name, projectId, overwrite, token } = options;
  const source = wantedSource(options);
  const fullName = `${source.owner}/${source.name}`;
  const id = newImportId();
  const sealed = sealToken(token, id);
  const { ref, folder, treePath } = source;
  const fresh = { id, repository: fullName, ref, folder, treePath, overwrite, token: sealed };
  const share = shareOf(ownerId);
  const started =
    projectId === undefined
      ? await insertWithProject(fresh, { share, name })
      : await insertImport({ ...fresh, projectId }, share);
  if (started === null) throw new DomainError("import_running", "the project has an import under way");
  await announce(id);
  return started;
}

function shareOf(ownerId: string): ImportShare {
  return { ownerId, limit: importsPerUser(process.env) };
}

/** The import and its new project, or neither. */
async function insertWithProject(
  fresh: Omit<NewImport, "projectId">,
  { share, name }: { share: ImportShare; name: string | undefined },
): Promise<Import | null> {
  const { ownerId } = share;
  await lookAtShare(share);
  const wanted = { ownerId, repository: fresh.repository, ...(name === undefined ? {} : { name }) };
  const { projectId } = await projects.createForImport(wanted);
  try {
    return await insertImport({ ...fresh, projectId }, share);
  } catch (error) {
    await projects.discardForImport({ projectId });
    throw error;
  }
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
export async function cancelImport({ id }: Import): Promise<Import> {
  if (!(await requestCancel(id)))
    throw new DomainError("import_finished", "the import's files are in place, or it has ended");
  await announce(id);
  announceCancel(id);
  return await ownedImport(id);
}

/**
 * Does a failed or cancelled import again; with a token, where it is of a private repository. Throws `import_not_finished`,
 * `import_running` and `import_limit_reached`.
 */
export async function retryImport(
  { id, status, projectId }: Import,
  { ownerId, token }: { ownerId: string; token: string | undefined },
): Promise<Import> {
  if (status !== "failed" && status !== "cancelled")
    throw new DomainError("import_not_finished", `the import is ${status}`);
  const again = await requeueImport(id, sealToken(token, id), shareOf(ownerId));
  if (again === null) throw new DomainError("import_running", `the project ${projectId} has an import under way`);
  await announce(id);
  return again;
}
