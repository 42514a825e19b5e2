import { daytona, environmentName } from "./daytona-manager";
import { type LeasedRows, leasedRows } from "./leased-rows";
import { sendFiles } from "./sandbox-files";
import type { Identity } from "./sandbox-identity";
import type { Sandboxes } from "./sandboxes";
import { installationId, type WorkItem } from "./workspace-store";

/** What a worker, or a survey, needs of the provider: sandboxes as a whole, and not what is in them. */
export type SandboxRecords = Pick<Sandboxes, "find" | "list" | "create" | "start" | "stop" | "delete">;

/** What a worker works with. */
export interface WorkerPorts {
  /** Null in development mode, and when the SDK could not be built. */
  sandboxes: SandboxRecords | null;
  rows: LeasedRows;
  identity: Identity;
  sendFiles(item: WorkItem, sandboxId: string): Promise<void>;
}

/** Those of the running backend. */
export async function workerPorts(): Promise<WorkerPorts> {
  const sandboxes = await daytona();
  return {
    sandboxes,
    rows: leasedRows,
    identity: { environment: environmentName(), installation: await installationId() },
    sendFiles: async ({ projectId }, sandboxId) => {
      if (sandboxes !== null) await sendFiles({ projectId, toolbox: sandboxes.toolbox(sandboxId) });
    },
  };
}
