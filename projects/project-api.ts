import { api, type Header, type Query } from "encore.dev/api";
import { z } from "zod";
import { workspace } from "~encore/clients";
import { currentUser } from "../auth/current-user";
import { ownedProject } from "../auth/ownership";
import { DomainError } from "../platform/errors";
import { parseInput, projectLanguage } from "../platform/input";
import { pageLimit } from "../platform/page";
import { createProjectWithWorkspace } from "./creation";
import { deleteProject } from "./deletion";
import { type Project, projectDescription, projectName } from "./project";
import { findProject, listProjects, type ProjectPage, updateProject } from "./project-store";

interface CreateProjectRequest {
  /** One line of at most 100 characters, unique among your projects. */
  name: string;
  description?: string;
  /** A language or framework such as `python` or `nextjs`; `typescript` when absent. */
  language?: string;
  /** The same request again under the same key gets the first one's answer, for a day. */
  idempotencyKey?: Header<"Idempotency-Key">;
}

interface CreatedProject extends Project {
  workspaceId: string;
}

const createInput = z.object({
  name: projectName,
  description: projectDescription.default(""),
  language: projectLanguage.default("typescript"),
});

/** Creates an empty project together with its workspace. */
export const createProject = api(
  { expose: true, auth: true, method: "POST", path: "/projects", tags: ["creates"] },
  async (request: CreateProjectRequest): Promise<CreatedProject> => {
    const input = parseInput(createInput, request);
    return await createProjectWithWorkspace(
      { ...input, ownerId: currentUser() },
      { createWorkspace: (project) => workspace.createForProject(project) },
    );
  },
);

interface ListProjectsRequest {
  /** 1 to 200; 50 when absent. */
  limit?: Query<number>;
  /** `nextCursor` of the previous page. */
  cursor?: Query<string>;
}

/** Your projects, newest first. */
export const listOwnProjects = api(
  { expose: true, auth: true, method: "GET", path: "/projects" },
  async (request: ListProjectsRequest): Promise<ProjectPage> => {
    const limit = parseInput(z.object({ limit: pageLimit }), request).limit;
    return await listProjects({ ownerId: currentUser(), limit, cursor: request.cursor });
  },
);

interface ProjectIdRequest {
  projectId: string;
}

/** One of your projects. */
export const getProject = api(
  { expose: true, auth: true, method: "GET", path: "/projects/:projectId" },
  async ({ projectId }: ProjectIdRequest): Promise<Project> => {
    await ownedProject(projectId);
    return existing((await findProject(projectId))?.project, projectId);
  },
);

interface UpdateProjectRequest {
  projectId: string;
  name?: string;
  description?: string;
}

const updateInput = z
  .object({ name: projectName.optional(), description: projectDescription.optional() })
  .refine((change) => change.name !== undefined || change.description !== undefined, "give a name or a description");

/** Changes the project's name or description. */
export const changeProject = api(
  { expose: true, auth: true, method: "PATCH", path: "/projects/:projectId" },
  async (request: UpdateProjectRequest): Promise<Project> => {
    await ownedProject(request.projectId);
    const change = parseInput(updateInput, request);
    return existing(await updateProject(request.projectId, change), request.projectId);
  },
);

/** Deletes the project with its files, its imports, its workspace and its sandbox. */
export const removeProject = api(
  { expose: true, auth: true, method: "DELETE", path: "/projects/:projectId" },
  async ({ projectId }: ProjectIdRequest): Promise<void> => {
    await ownedProject(projectId);
    await deleteProject(projectId);
  },
);

/** Between the check of ownership and the statement after it, the project may have been deleted. */
function existing(project: Project | null | undefined, projectId: string): Project {
  if (project === null || project === undefined) {
    throw new DomainError("project_not_found", `there is no project ${projectId}`);
  }
  return project;
}
