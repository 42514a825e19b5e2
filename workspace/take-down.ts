import { NotYet, requireSandboxes } from "./failures";
import { isOurs, labelsOf, nameOf } from "./sandbox-identity";
import type { WorkerPorts } from "./worker-ports";
import type { WorkItem } from "./workspace-store";

/** Removes the sandbox; the workspace is deleted once Daytona knows nothing of it any more. */
export async function takeDown(item: WorkItem, ports: WorkerPorts): Promise<WorkItem> {
  const { rows, identity } = ports;
  if (item.mode !== "development" || item.daytonaSandboxId !== null) {
    const sandboxes = requireSandboxes(ports);
    // By name as well: the id may not have been stored before a crash.
    for (const key of new Set([item.daytonaSandboxId ?? nameOf(item), nameOf(item)])) {
      const sandbox = await sandboxes.find(key);
      if (sandbox === null || !isOurs(sandbox, labelsOf(item, identity))) continue;
      if (sandbox.state !== "destroying" && sandbox.state !== "destroyed") await sandboxes.delete(sandbox.id);
      const left = await sandboxes.find(sandbox.id);
      if (left !== null && left.state !== "destroyed") throw new NotYet(`the sandbox is being removed (${left.phase})`);
    }
  }
  return await rows.write(item, { status: "deleted", statusReason: "deleted", sandboxId: null, settled: true });
}
