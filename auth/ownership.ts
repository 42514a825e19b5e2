import { db } from "../database";
import { DomainError } from "../platform/errors";
import { currentUser } from "./current-user";

export interface OwnedProject {
  id: string;
  ownerId: string;
  name: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether PostgreSQL would take the text as a uuid; anything else cannot be the id of something that exists. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/**
 * The project, if it lives and belongs to the signed-in user; else `project_not_found`, so that nobody learns of
 * another user's projects. Every endpoint with a project behind it goes through here, and nothing else decides who may
 * see what: an import or a workspace is visible to whom its project is.
 */
export async function ownedProject(projectId: string): Promise<OwnedProject> {
  const project = await findOwnedProject(projectId);
  if (project === null) throw new DomainError("project_not_found", `there is no project ${projectId}`);
  return project;
}

/** As `ownedProject`, with null in place of the error, for things that have a not-found reason of their own. */
export async function findOwnedProject(projectId: string): Promise<OwnedProject | null> {
  if (!isUuid(projectId)) return null;
  return await db.queryRow<OwnedProject>`
    SELECT id, owner_id AS "ownerId", name FROM projects
    WHERE id = ${projectId}::uuid AND owner_id = ${currentUser()} AND deleted_at IS NULL`;
}
