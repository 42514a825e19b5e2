import { findOwnedProject, isUuid } from "../auth/ownership";
import { DomainError } from "../platform/errors";
import { findWorkspace, type WorkItem } from "./workspace-store";

/** The workspace, if its project is the caller's; else `workspace_not_found`, as for one that is not there. */
export async function ownedWorkspace(workspaceId: string): Promise<WorkItem> {
  const item = isUuid(workspaceId) ? await findWorkspace(workspaceId) : null;
  if (item === null || (await findOwnedProject(item.projectId)) === null) {
    throw new DomainError("workspace_not_found", `there is no workspace ${workspaceId}`);
  }
  return item;
}
