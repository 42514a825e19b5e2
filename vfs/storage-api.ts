import { api, type Query } from "encore.dev/api";
import { ownedProject } from "../auth/ownership";
import { requireFolder } from "./path";
import { reportStorage, type StorageReport } from "./storage";

interface StorageRequest {
  projectId: string;
  /** The folder whose folders are told apart; the project's root when absent. */
  path?: Query<string>;
}

/** What the project takes up, by language and by folder, and what it may. */
export const getStorage = api(
  { expose: true, auth: true, method: "GET", path: "/vfs/storage/:projectId" },
  async ({ projectId, path }: StorageRequest): Promise<StorageReport> => {
    await ownedProject(projectId);
    return await reportStorage({ projectId, folder: requireFolder(path) });
  },
);
