import { api } from "encore.dev/api";
import { z } from "zod";
import { optionalJson } from "../platform/optional-json";
import { requestedPathParams } from "../platform/path-params";
import { sendError } from "../platform/raw-errors";
import { ownedWorkspace } from "./access";
import { toolboxOf } from "./execution";
import type { FileChange, FileConflict } from "./file-comparison";
import { pull } from "./file-pull";
import { compareFiles, push, type SkippedFile, type SyncOutcome, withFilesLocked } from "./file-sync";
import { syncStatus } from "./lifecycle";
import type { Workspace } from "./workspace";
import { toWorkspace, type WorkItem } from "./workspace-store";

interface SyncedFiles {
  direction: "push" | "pull";
  dryRun: boolean;
  /** What was changed on the other side, or would be. The first 1,000; `counts` has all. */
  changes: FileChange[];
  /** Changed on both sides, differently: left alone. */
  conflicts: FileConflict[];
  /** What the project cannot hold, and why: it stays in the sandbox. */
  skipped: SkippedFile[];
  counts: { changes: number; conflicts: number; skipped: number };
}

interface SyncResponse extends Workspace {
  /** Null when no files were compared, because the sandbox does not run. */
  files: SyncedFiles | null;
}

const syncInput = z.object({
  /** `push` brings the project's changes into the sandbox, `pull` the sandbox's into the project. */
  direction: z.enum(["push", "pull"]).optional(),
  /** Only says what would be changed. */
  dryRun: z.boolean().default(false),
  /** In conflicts the side wins that the files come from. */
  overwrite: z.boolean().default(false),
});

const MAX_LISTED = 1_000;

/**
 * Corrects the workspace's status by what Daytona says, then brings the files to the same state. Takes
 * `{ direction?, dryRun?, overwrite? }`, or no body at all, which a typed endpoint would refuse. Without a direction it is
 * `push`, and a sandbox that is stopped stays so; with one it is started.
 */
export const sync = api.raw(
  { expose: true, auth: true, method: "POST", path: "/workspace/:workspaceId/sync", bodyLimit: 10_000 },
  async (req, res) => {
    try {
      const { workspaceId = "" } = requestedPathParams();
      const item = await ownedWorkspace(workspaceId);
      const answer = await syncWorkspace(item, await optionalJson(req, syncInput));
      res.writeHead(200, { "Content-Type": "application/json" });
      res.end(JSON.stringify(answer));
    } catch (error) {
      sendError(res, error);
    }
  },
);

async function syncWorkspace(
  item: WorkItem,
  { direction, dryRun, overwrite }: z.output<typeof syncInput>,
): Promise<SyncResponse> {
  const current = await syncStatus(item);
  if (direction === undefined && (current.status !== "running" || current.daytonaSandboxId === null)) {
    return { ...toWorkspace(current), files: null };
  }
  const toolbox = await toolboxOf(current);
  const target = { projectId: item.projectId, toolbox };
  const options = { dryRun, overwrite };
  const outcome = await withFilesLocked(item.id, async () =>
    direction === "pull" ? await pull(target, options) : await push(target, options),
  );
  const after = await ownedWorkspace(item.id);
  return { ...toWorkspace(after), files: { direction: direction ?? "push", dryRun, ...listed(outcome) } };
}

interface SyncStatusRequest {
  workspaceId: string;
}

interface SyncStatus {
  inSync: boolean;
  /** Changed in the project alone: what `push` would bring into the sandbox. */
  push: FileChange[];
  /** Changed in the sandbox alone: what `pull` would bring into the project. */
  pull: FileChange[];
  conflicts: FileConflict[];
  counts: { push: number; pull: number; conflicts: number };
}

/** How the project's files and the sandbox's differ. Nothing is changed, but a stopped sandbox is started to be looked into. */
export const getSyncStatus = api(
  { expose: true, auth: true, method: "GET", path: "/workspace/:workspaceId/sync-status" },
  async ({ workspaceId }: SyncStatusRequest): Promise<SyncStatus> => {
    const item = await ownedWorkspace(workspaceId);
    const state = await compareFiles({ projectId: item.projectId, toolbox: await toolboxOf(item) });
    const counts = {
      push: state.toSandbox.length,
      pull: state.toProject.length,
      conflicts: state.conflicts.length,
    };
    return {
      inSync: counts.push + counts.pull + counts.conflicts === 0,
      push: state.toSandbox.slice(0, MAX_LISTED),
      pull: state.toProject.slice(0, MAX_LISTED),
      conflicts: state.conflicts.slice(0, MAX_LISTED),
      counts,
    };
  },
);

function listed({ changes, conflicts, skipped }: SyncOutcome): Omit<SyncedFiles, "direction" | "dryRun"> {
  return {
    changes: changes.slice(0, MAX_LISTED),
    conflicts: conflicts.slice(0, MAX_LISTED),
    skipped: skipped.slice(0, MAX_LISTED),
    counts: { changes: changes.length, conflicts: conflicts.length, skipped: skipped.length },
  };
}
