import { currentRequest } from "encore.dev";
import { ownedProject } from "../auth/ownership";
import type { Location } from "./entry";
import { requirePath } from "./path";

/**
 * The project and the path of a raw request to `/vfs/files/:projectId/*path`, once the project is found to be the caller's.
 * Throws `project_not_found` and `invalid_path`.
 */
export async function requestedLocation(): Promise<Location> {
  const request = currentRequest();
  if (request?.type !== "api-call") throw new Error("requestedLocation() was called outside a request");
  const { projectId = "", path = "" } = request.pathParams as { projectId?: string; path?: string };
  await ownedProject(projectId);
  return { projectId, path: requirePath(path) };
}
