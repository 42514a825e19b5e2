import { deleteProject } from "./deletion";
import { MAX_NAME_LENGTH, type Project } from "./project";
import { insertProject, nameTaken } from "./project-store";

export interface ProjectRequest {
  ownerId: string;
  name: string;
  description: string;
  language: string;
}

export interface CreationPorts {
  createWorkspace(project: {
    projectId: string;
    projectName: string;
    language: string;
  }): Promise<{ workspaceId: string }>;
}

/** A project and its workspace, or neither. Throws `project_name_taken`. */
export async function createProjectWithWorkspace(
  { language, ...request }: ProjectRequest,
  { createWorkspace }: CreationPorts,
): Promise<Project & { workspaceId: string }> {
  const project = await insertProject({ ...request, repository: null });
  if (project === null) throw nameTaken(request.name);
  try {
    const { workspaceId } = await createWorkspace({ projectId: project.id, projectName: project.name, language });
    return { ...project, workspaceId };
  } catch (error) {
    await deleteProject(project.id);
    throw error;
  }
}

export interface ImportedProjectRequest {
  ownerId: string;
  /** The exact name that is wanted; without one it is made from the repository's. */
  name: string | undefined;
  /** `owner/name` */
  repository: string;
}

/** How many names are tried before giving up; the owner would have to have all of them. */
const NAME_ATTEMPTS = 1_000;

/**
 * A project for an import; its workspace comes when the language is known. A name that was asked for is taken or refused
 * (`project_name_taken`); a name made from the repository's gets a number when it is taken: `app`, `app-2`, `app-3`.
 */
export async function createProjectForImport({ ownerId, name, repository }: ImportedProjectRequest): Promise<Project> {
  const wanted = name ?? repository.slice(repository.indexOf("/") + 1);
  for (let attempt = 1; attempt <= NAME_ATTEMPTS; attempt++) {
    const candidate = attempt === 1 ? wanted : withNumber(wanted, attempt);
    const project = await insertProject({ ownerId, name: candidate, description: "", repository });
    if (project !== null) return project;
    if (name !== undefined) break;
  }
  throw nameTaken(wanted);
}

function withNumber(name: string, number: number): string {
  const suffix = `-${number}`;
  return `${name.slice(0, MAX_NAME_LENGTH - suffix.length)}${suffix}`;
}
