import { api } from "encore.dev/api";
import { CronJob } from "encore.dev/cron";
import { z } from "zod";
import { DomainError } from "../platform/errors";
import { parseInput } from "../platform/input";
import { runAtStart, runByTimer } from "../platform/start-up";
import { createProjectForImport } from "./creation";
import { announceDueDeletions, deleteProject } from "./deletion";
import { projectName } from "./project";
import { findProject, setDetectedLanguage } from "./project-store";

// What other services may ask of projects. None of it is exposed.

interface CreateForImportRequest {
  ownerId: string;
  name?: string;
  /** `owner/name` */
  repository: string;
}

interface CreateForImportResponse {
  projectId: string;
  name: string;
}

export const createForImport = api({}, async (request: CreateForImportRequest): Promise<CreateForImportResponse> => {
  const { name } = parseInput(z.object({ name: projectName.optional() }), request);
  const project = await createProjectForImport({ ...request, name });
  return { projectId: project.id, name: project.name };
});

interface DiscardForImportRequest {
  projectId: string;
}

/** Takes back a project whose import could not be recorded. */
export const discardForImport = api({}, async ({ projectId }: DiscardForImportRequest): Promise<void> => {
  await deleteProject(projectId);
});

interface SetLanguageRequest {
  projectId: string;
  language: string;
  framework?: string;
}

export const setLanguage = api({}, async ({ projectId, language, framework }: SetLanguageRequest): Promise<void> => {
  await setDetectedLanguage(projectId, { language, framework: framework ?? null });
});

interface InternalGetRequest {
  projectId: string;
}

interface InternalProject {
  projectId: string;
  ownerId: string;
  name: string;
  language: string | null;
}

/** A living project; `project_not_found` once it is deleted. */
export const internalGet = api({}, async ({ projectId }: InternalGetRequest): Promise<InternalProject> => {
  const found = await findProject(projectId);
  if (found === null) throw new DomainError("project_not_found", `there is no project ${projectId}`);
  return { projectId, ownerId: found.ownerId, name: found.project.name, language: found.project.language };
});

export const announceDeletions = api({}, async (): Promise<void> => {
  await announceDueDeletions();
});

const _ = new CronJob("announce-project-deletions", {
  title: "Announce deleted projects again, until everything of theirs is gone",
  every: "5m",
  endpoint: announceDeletions,
});

runAtStart("announce project deletions", announceDueDeletions);
runByTimer("announce-project-deletions", { minutes: 5, work: announceDueDeletions });
