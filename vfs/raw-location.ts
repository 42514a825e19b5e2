import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { ownedProject } from "../auth/ownership";
import { parseInput } from "../platform/input";
import { requestedPathParams } from "../platform/path-params";
import type { Location } from "./entry";
import { requirePath } from "./path";

/**
 * The project and the path of a raw request to `/vfs/files/:projectId/*path`, once the project is found to be the caller's.
 * Throws `project_not_found` and `invalid_path`.
 */
export async function requestedLocation(): Promise<Location> {
  const { projectId = "", path = "" } = requestedPathParams();
  await ownedProject(projectId);
  return { projectId, path: requirePath(path) };
}

const fileQuery = z.object({
  version: z.coerce.number().int().positive().optional(),
  executable: z.stringbool({ truthy: ["true"], falsy: ["false"] }).optional(),
});

/** What the query of a raw request says: `version` of a read, `executable` of a write. Throws `invalid_request`. */
export function requestedOptions({ url = "" }: Pick<IncomingMessage, "url">): z.output<typeof fileQuery> {
  return parseInput(fileQuery, Object.fromEntries(new URL(url, "http://localhost").searchParams));
}
