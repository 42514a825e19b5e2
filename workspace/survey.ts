import { isUuid } from "../auth/ownership";
import log from "../platform/log";
import { redactedMessage } from "../platform/redaction";
import { isUnderWay, noteObservation } from "./observation";
import { commonLabels, type Identity, isGone, isOurs, nameOf, WORKSPACE_LABEL } from "./sandbox-identity";
import type { Sandbox, SandboxChange } from "./sandboxes";
import type { SandboxRecords } from "./worker-ports";
import { databaseTime, findBySandbox, livingWorkspaces, observableWorkspaces } from "./workspace-store";

/** A sandbox that belongs to nobody may be one whose create is still under way somewhere; when it is older, it is not. */
const ORPHAN_GRACE_MINUTES = 15;

/** So many rows are compared in one survey, those first that were not looked at for longest. */
const MAX_ROWS = 1_000;
/** So many of them are asked for one by one, since the list did not have them. */
const MAX_LOOKS = 100;

export interface SurveyOptions {
  sandboxes: SandboxRecords;
  identity: Identity;
  graceMinutes?: number;
}

export interface SurveyReport {
  /** Ids of workspaces whose row did not agree with the sandbox. */
  corrected: string[];
  /** Ids of sandboxes that belonged to no workspace. */
  removed: string[];
}

/** Lists our sandboxes once, corrects the rows that do not agree with them, and removes those that belong to no workspace. */
export async function survey({ sandboxes, identity, graceMinutes }: SurveyOptions): Promise<SurveyReport> {
  // First the sandboxes, then the rows: a row is always older than its sandbox.
  const listed = (await sandboxes.list(commonLabels(identity))).filter((sandbox) =>
    isOurs(sandbox, commonLabels(identity)),
  );
  const corrected = await compareRows(listed, sandboxes);
  const oldest = (await databaseTime()).getTime() - (graceMinutes ?? ORPHAN_GRACE_MINUTES) * 60_000;
  const removed = await removeOrphans(
    listed.filter(({ createdAt }) => createdAt !== null && createdAt.getTime() < oldest),
    sandboxes,
  );
  return { corrected, removed };
}

async function compareRows(listed: Sandbox[], sandboxes: SandboxRecords): Promise<string[]> {
  const byId = new Map(listed.map((sandbox) => [sandbox.id, sandbox]));
  const corrected: string[] = [];
  let looks = 0;
  for (const item of await observableWorkspaces(MAX_ROWS)) {
    const sandboxId = item.daytonaSandboxId ?? "";
    let sandbox = byId.get(sandboxId) ?? null;
    if (sandbox === null) {
      // A list can be a moment behind. Before a sandbox is called gone, it is asked for by itself.
      if (++looks > MAX_LOOKS) continue;
      sandbox = await sandboxes.find(sandboxId);
    }
    const noted = await noteObservation(item, sandbox);
    if (noted !== null && noted.status !== item.status) corrected.push(item.id);
  }
  return corrected;
}

async function removeOrphans(candidates: Sandbox[], sandboxes: SandboxRecords): Promise<string[]> {
  const owners = candidates.map(({ labels }) => labels[WORKSPACE_LABEL] ?? "").filter(isUuid);
  const names = new Set((await livingWorkspaces(owners)).map(nameOf));
  const removed: string[] = [];
  for (const sandbox of candidates) {
    if (isGone(sandbox) || names.has(sandbox.name)) continue;
    try {
      await sandboxes.delete(sandbox.id);
      removed.push(sandbox.id);
      log.info("removed a sandbox that belongs to no workspace", { sandboxId: sandbox.id, name: sandbox.name });
    } catch (error) {
      // Daytona refuses while it changes its state; the next survey finds it again.
      log.warn("a sandbox that belongs to no workspace could not be removed", {
        sandboxId: sandbox.id,
        cause: redactedMessage(error),
      });
    }
  }
  return removed;
}

/** Corrects the row of the workspace whose sandbox changed, as the provider tells. */
export async function noteChange({ sandboxId, state, errorReason }: SandboxChange): Promise<void> {
  if (isUnderWay(state)) return;
  const item = await findBySandbox(sandboxId);
  if (item === null) return;
  const sandbox = { id: sandboxId, name: nameOf(item), state, phase: state, labels: {}, errorReason, createdAt: null };
  await noteObservation(item, sandbox);
}
