import { api } from "encore.dev/api";
import { z } from "zod";
import { parseInput } from "../platform/input";
import { ownedWorkspace } from "./access";
import { toolboxOf } from "./execution";
import { pull } from "./file-pull";
import { compareFiles, push, type SyncOutcome, withFilesLocked } from "./file-sync";
import { syncStatus } from "./lifecycle";
import type { Workspace } from "./workspace";
import { toWorkspace } from "./workspace-store";

interface SyncedFile {
  path: string;
  change: "added" | "changed" | "deleted";
}

interface SyncConflict {
  path: string;
  /** What happened to it in the project since both were alike; and in the sandbox. */
  project: "added" | "changed" | "deleted" | "unchanged";
  sandbox: "added" | "changed" | "deleted" | "unchanged";
}

interface SkippedFile {
  path: string;
  reason: string;
}

interface SyncedFiles {
  direction: "push" | "pull";
  dryRun: boolean;
  /** What was changed on the other side, or would be. The first 1,000; `counts` has all. */
  changes: SyncedFile[];
  /** Changed on both sides, differently: left alone. */
  conflicts: SyncConflict[];
  /** What the project cannot hold, and why: it stays in the sandbox. */
  skipped: SkippedFile[];
  counts: { changes: number; conflicts: number; skipped: number };
}

interface SyncRequest {
  workspaceId: string;
  /** `push` brings the project's changes into the sandbox, `pull` the sandbox's into the project. */
  direction?: "push" | "pull";
  /** Only says what would be changed. */
  dryRun?: boolean;
  /** In conflicts the side wins that the files come from. */
  overwrite?: boolean;
}

interface SyncResponse extends Workspace {
  /** Null when no files were compared, because the sandbox does not run. */
  files: SyncedFiles | null;
}

const syncInput = z.object({
  direction: z.enum(["push", "pull"]).optional(),
  dryRun: z.boolean().default(false),
  overwrite: z.boolean().default(false),
});

const MAX_LISTED = 1_000;

/**
 * Corrects the workspace's status by what Daytona says, then brings the files to the same state. Without a direction it is
 * `push`, and a sandbox that is stopped stays so; with one it is started.
 */
export const sync = api(
  { expose: true, auth: true, method: "POST", path: "/workspace/:workspaceId/sync" },
  async (request: SyncRequest): Promise<SyncResponse> => {
    const item = await ownedWorkspace(request.workspaceId);
    const { direction, dryRun, overwrite } = parseInput(syncInput, request);
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
  },
);

interface SyncStatusRequest {
  workspaceId: string;
}

interface SyncStatus {
  inSync: boolean;
  /** Changed in the project alone: what `push` would bring into the sandbox. */
  push: SyncedFile[];
  /** Changed in the sandbox alone: what `pull` would bring into the project. */
  pull: SyncedFile[];
  conflicts: SyncConflict[];
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
