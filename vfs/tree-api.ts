import { api, type Query } from "encore.dev/api";
import { z } from "zod";
import { ownedProject } from "../auth/ownership";
import { parseInput } from "../platform/input";
import { requestedPathParams } from "../platform/path-params";
import { sendBody } from "../platform/raw-body";
import { sendError } from "../platform/raw-errors";
import { type Entry, findEntry } from "./entry";
import { type EntryPage, listEntries } from "./listing";
import { movePath } from "./moving";
import { requireFolder, requirePath } from "./path";
import { preconditionOf } from "./precondition";
import { openTreeArchive } from "./tree-archive";
import { makeDirectory } from "./writing";

interface MetadataRequest {
  projectId: string;
  path: string;
}

/** What is at a path: its kind, size, version and hash, without the content. */
export const getMetadata = api(
  { expose: true, auth: true, method: "GET", path: "/vfs/metadata/:projectId/*path" },
  async ({ projectId, path }: MetadataRequest): Promise<Entry> => {
    await ownedProject(projectId);
    return await findEntry({ projectId, path: requirePath(path) });
  },
);

interface MakeDirectoryRequest {
  projectId: string;
  path: string;
}

/** Makes an empty folder. Folders with something in them need not be made. */
export const makeEmptyDirectory = api(
  { expose: true, auth: true, method: "POST", path: "/vfs/directories" },
  async ({ projectId, path }: MakeDirectoryRequest): Promise<Entry> => {
    await ownedProject(projectId);
    const location = { projectId, path: requirePath(path) };
    await makeDirectory(location);
    return await findEntry(location);
  },
);

interface ListDirectoryRequest {
  projectId: string;
  /** The folder; the project's root when absent. */
  path?: Query<string>;
  /** Everything below the folder in place of its children. */
  recursive?: Query<boolean>;
  /** 1 to 10,000; 50 when absent. */
  limit?: Query<number>;
  /** `nextCursor` of the previous page. */
  cursor?: Query<string>;
}

/** A file browser shows whole folders, and a row of a listing is short: pages may be larger than elsewhere. */
const listingInput = z.object({ limit: z.number().int().min(1).max(10_000).default(50) });

/** What is in a folder, sorted by the bytes of the paths. */
export const listDirectory = api(
  { expose: true, auth: true, method: "GET", path: "/vfs/directories/:projectId" },
  async ({ projectId, path, recursive, limit, cursor }: ListDirectoryRequest): Promise<EntryPage> => {
    await ownedProject(projectId);
    return await listEntries({
      projectId,
      folder: requireFolder(path),
      recursive: recursive ?? false,
      limit: parseInput(listingInput, { limit }).limit,
      cursor,
    });
  },
);

interface MoveRequest {
  projectId: string;
  from: string;
  to: string;
  /** Replaces what is at `to`, a folder with everything in it; refused when absent. */
  overwrite?: boolean;
  /** Only if the file at `from` has this hash now. */
  ifMatch?: string;
}

interface MoveResponse {
  /** Files, symlinks and made folders that were moved. */
  moved: number;
}

/** Moves a file, or a folder with everything in it. */
export const move = api(
  { expose: true, auth: true, method: "POST", path: "/vfs/move/:projectId" },
  async ({ projectId, from, to, overwrite, ifMatch }: MoveRequest): Promise<MoveResponse> => {
    await ownedProject(projectId);
    const paths = { from: requirePath(from), to: requirePath(to) };
    const precondition = preconditionOf({ ifMatch });
    return { moved: await movePath({ projectId, ...paths, overwrite: overwrite ?? false, precondition }) };
  },
);

/** The whole tree as tar.gz. */
export const getArchive = api.raw(
  { expose: true, auth: true, method: "GET", path: "/vfs/archive/:projectId" },
  async (_req, res) => {
    try {
      const { projectId = "" } = requestedPathParams();
      const { name } = await ownedProject(projectId);
      const fileName = encodeURIComponent(`${name}.tar.gz`);
      const headers = {
        "Content-Type": "application/gzip",
        "Content-Disposition": `attachment; filename*=UTF-8''${fileName}`,
      };
      await sendBody(res, { status: 200, headers }, openTreeArchive({ projectId }));
    } catch (error) {
      sendError(res, error);
    }
  },
);
