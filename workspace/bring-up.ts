import { DomainError, type Reason } from "../platform/errors";
import log from "../platform/log";
import { actOn, NotYet, requireSandboxes } from "./failures";
import { imageFor } from "./images";
import type { Visit } from "./reconcile";
import { isGone, labelsOf, nameOf, requireOurs } from "./sandbox-identity";
import type { Sandbox } from "./sandboxes";
import type { SandboxRecords, WorkerPorts } from "./worker-ports";
import type { WorkItem } from "./workspace-store";

/** One step from wherever it is toward a running sandbox with the files in it. */
export async function bringUp(item: WorkItem, visit: Visit, ports: WorkerPorts): Promise<WorkItem> {
  const { rows } = ports;
  const sandboxes = requireSandboxes(ports);
  if (item.status !== "starting") {
    return await rows.write(item, { status: "starting", statusReason: "a sandbox is being prepared" });
  }
  if (item.daytonaSandboxId === null) return await obtainSandbox(item, visit, { ...ports, sandboxes });
  const sandbox = visit.seen ?? (await sandboxes.find(item.daytonaSandboxId));
  visit.seen = null;
  if (sandbox === null || isGone(sandbox)) {
    const message = `the sandbox ${item.daytonaSandboxId} is gone from Daytona; another one is made`;
    return await rows.write(item, { sandboxId: null, filesSent: false, note: { kind: "step", message } });
  }
  switch (sandbox.state) {
    case "error":
      return await replace(item, sandbox, { ...ports, sandboxes });
    case "started":
      if (item.restartDue) {
        await actOn(sandbox, sandboxes, "stop");
        return await rows.write(item, {
          restartDone: true,
          note: { kind: "step", message: "the sandbox was stopped for a restart" },
        });
      }
      break;
    case "stopped":
    case "archived":
      await actOn(sandbox, sandboxes, "start");
      visit.seen = { ...sandbox, state: "started" };
      return await rows.write(item, {
        restartDone: true,
        note: { kind: "step", message: `the sandbox, which was ${sandbox.state}, was started` },
      });
    default:
      throw new NotYet(`the sandbox is ${sandbox.phase}`);
  }
  if (!item.filesSent) await ports.sendFiles(item, sandbox.id);
  return await rows.write(item, {
    status: "running",
    statusReason: "the sandbox runs, with the files in it",
    filesSent: true,
    settled: true,
  });
}

type WithSandboxes = WorkerPorts & { sandboxes: SandboxRecords };

/** The one sandbox of the workspace, found by its name or created; then its id is stored. */
async function obtainSandbox(item: WorkItem, visit: Visit, ports: WithSandboxes): Promise<WorkItem> {
  const { rows, sandboxes, identity } = ports;
  const existing = visit.untried ? null : await sandboxes.find(nameOf(item));
  visit.untried = false;
  const found = isGone(existing) ? null : existing;
  const sandbox = found === null ? await create(item, visit, ports) : requireOurs(found, item, identity);
  if (sandbox.state === "error") return await replace(item, sandbox, ports);
  const stored = await rows.write(item, {
    sandboxId: sandbox.id,
    note: {
      kind: "step",
      message: `the sandbox ${sandbox.id} was ${found === null ? "created" : "found by its name"}`,
    },
  });
  log.info(`[DAYTONA DEBUG] Daytona sandbox created with ID: ${sandbox.id}`);
  visit.seen = sandbox.state === "started" ? sandbox : null;
  return stored;
}

/** After these a sandbox may be there all the same: the answer was lost, or tells of the start and not of the making. */
const AMBIGUOUS: readonly Reason[] = ["daytona_unavailable", "daytona_sandbox_failed", "daytona_rejected"];

async function create(item: WorkItem, visit: Visit, { sandboxes, identity }: WithSandboxes): Promise<Sandbox> {
  const name = nameOf(item);
  try {
    const image = imageFor(item.projectLanguage, item.runPlan?.runtimeVersion ?? null);
    visit.created = await sandboxes.create({
      name,
      language: item.language,
      labels: labelsOf(item, identity),
      ...(image === null ? {} : { image }),
    });
    return visit.created;
  } catch (error) {
    if (!(error instanceof DomainError && AMBIGUOUS.includes(error.reason))) throw error;
    const made = await sandboxes.find(name);
    if (made === null || isGone(made)) throw error;
    visit.created = requireOurs(made, item, identity);
    return visit.created;
  }
}

/** How many failed sandboxes are given up for a new one, until the user asks again. */
const MAX_REPLACEMENTS = 1;

/** A failed sandbox is removed, and the next one gets a name of its own. */
async function replace(item: WorkItem, sandbox: Sandbox, { rows, sandboxes }: WithSandboxes): Promise<WorkItem> {
  const reason = `Daytona: ${sandbox.errorReason ?? "the sandbox is in an error state and no reason is given"}`;
  if (item.replacements >= MAX_REPLACEMENTS) throw new DomainError("daytona_sandbox_failed", reason);
  await sandboxes.delete(sandbox.id);
  if (!isGone(await sandboxes.find(sandbox.id))) throw new NotYet("the failed sandbox is being removed");
  return await rows.write(item, {
    sandboxId: null,
    filesSent: false,
    replaced: true,
    note: {
      kind: "failure",
      message: `the sandbox ${sandbox.id} failed and was given up: ${reason}`,
      reason: "daytona_sandbox_failed",
    },
  });
}
