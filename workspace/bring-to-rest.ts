import { DomainError } from "../platform/errors";
import { actOn, NotYet, requireSandboxes } from "./failures";
import { isGone, nameOf, requireOurs } from "./sandbox-identity";
import type { WorkerPorts } from "./worker-ports";
import type { WorkItem } from "./workspace-store";

/** One step toward a stopped sandbox. The files stay in it. */
export async function bringToRest(item: WorkItem, ports: WorkerPorts): Promise<WorkItem> {
  const { rows, identity } = ports;
  const sandboxes = requireSandboxes(ports);
  const sandbox = await sandboxes.find(item.daytonaSandboxId ?? nameOf(item));
  if (sandbox === null || isGone(sandbox)) {
    const statusReason = item.daytonaSandboxId === null ? "stopped before there was a sandbox" : "the sandbox is gone";
    return await rows.write(item, {
      status: "stopped",
      statusReason,
      sandboxId: null,
      filesSent: false,
      restartDone: true,
      settled: true,
    });
  }
  requireOurs(sandbox, item, identity);
  switch (sandbox.state) {
    case "started":
      await actOn(sandbox, sandboxes, "stop");
      break;
    case "stopped":
    case "archiving":
    case "archived":
      break;
    case "error":
      throw new DomainError(
        "daytona_sandbox_failed",
        `Daytona: ${sandbox.errorReason ?? "the sandbox is in an error state and no reason is given"}`,
      );
    default:
      throw new NotYet(`the sandbox is ${sandbox.phase}`);
  }
  return await rows.write(item, {
    status: "stopped",
    statusReason: "stopped by the user",
    sandboxId: sandbox.id,
    restartDone: true,
    settled: true,
  });
}
