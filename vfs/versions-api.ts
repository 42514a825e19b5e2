import { api, type Query } from "encore.dev/api";
import { z } from "zod";
import { ownedProject } from "../auth/ownership";
import { parseInput } from "../platform/input";
import { pageLimit } from "../platform/page";
import type { Entry } from "./entry";
import { requireFolder, requirePath } from "./path";
import { preconditionOf } from "./precondition";
import { restoreRevision, restoreVersion } from "./restoring";
import { listDeleted, listVersions, type VersionPage } from "./versions";

interface ListVersionsRequest {
  projectId: string;
  path: string;
  /** 1 to 200; 50 when absent. */
  limit?: Query<number>;
  /** `nextCursor` of the previous page. */
  cursor?: Query<string>;
}

const pageInput = z.object({ limit: pageLimit });

/** The versions of a file or symlink, the latest first, also once it is deleted. */
export const listFileVersions = api(
  { expose: true, auth: true, method: "GET", path: "/vfs/versions/:projectId/*path" },
  async ({ projectId, path, limit, cursor }: ListVersionsRequest): Promise<VersionPage> => {
    await ownedProject(projectId);
    const location = { projectId, path: requirePath(path) };
    return await listVersions(location, { limit: parseInput(pageInput, { limit }).limit, cursor });
  },
);

interface ListDeletedRequest {
  projectId: string;
  /** The folder; the whole tree when absent. */
  path?: Query<string>;
  /** 1 to 200; 50 when absent. */
  limit?: Query<number>;
  /** `nextCursor` of the previous page. */
  cursor?: Query<string>;
}

/** The last versions of what was deleted or moved away, and can be restored. */
export const listDeletedFiles = api(
  { expose: true, auth: true, method: "GET", path: "/vfs/deleted/:projectId" },
  async ({ projectId, path, limit, cursor }: ListDeletedRequest): Promise<VersionPage> => {
    await ownedProject(projectId);
    const location = { projectId, path: requireFolder(path) };
    return await listDeleted(location, { limit: parseInput(pageInput, { limit }).limit, cursor });
  },
);

interface RestoreRequest {
  projectId: string;
  /** With `version` the file; with `revision` the folder, or the whole tree when absent. */
  path?: string;
  /** Of the file at `path`. */
  version?: number;
  /** Of the tree. */
  revision?: number;
  /** With `version`: only if the file has this hash now, or with `*`, if there is one. */
  ifMatch?: string;
  /** With `version`: only if there is nothing at the path. */
  ifNoneMatch?: "*";
}

interface RestoreResponse {
  /** Files and symlinks that were written again. */
  written: number;
  /** Files and symlinks that were not there at that revision. */
  removed: number;
  /** The file, where one was restored by its version. */
  entry?: Entry;
}

const number = z.number().int().positive();
const restoreInput = z.union(
  [
    z.object({ path: z.string(), version: number, revision: z.undefined().optional() }),
    z.object({ path: z.string().optional(), version: z.undefined().optional(), revision: number }),
  ],
  { error: "give either a path and its version, or a revision of the tree, as whole numbers from 1" },
);

/** Writes a former version of a file again, or makes a folder or the whole tree what it was at a revision. */
export const restore = api(
  { expose: true, auth: true, method: "POST", path: "/vfs/restore/:projectId" },
  async ({ projectId, ...request }: RestoreRequest): Promise<RestoreResponse> => {
    await ownedProject(projectId);
    const { path, version, revision } = parseInput(restoreInput, request);
    if (version === undefined) {
      return await restoreRevision(projectId, { revision, folder: requireFolder(path) });
    }
    const location = { projectId, path: requirePath(path) };
    const entry = await restoreVersion(location, { version, precondition: preconditionOf(request) });
    return { written: 1, removed: 0, entry };
  },
);
