import log from "encore.dev/log";
import { DomainError } from "../platform/errors";
import { redactedMessage } from "../platform/redaction";
import { isCommitted, openStagedTree } from "../vfs/staged-tree";
import { readArchive } from "./archive/read-archive";
import type { ArchiveReport } from "./archive/report";
import { detect } from "./detection/detect";
import type { Detection } from "./detection/detection";
import type { GitHubClient } from "./github-client";
import {
  type ClaimedImport,
  claimImport,
  finishImport,
  isBusy,
  RENEW_EVERY_MS,
  releaseLease,
  renewLease,
  setCounts,
  setDetection,
  setStatus,
} from "./import-store";
import type { ImportLimits } from "./limits";
import { announceUpdate } from "./updates";

/** What an import needs of the world outside its own service. */
export interface ImportPorts {
  github(claimed: ClaimedImport): GitHubClient;
  listPaths(projectId: string): Promise<string[]>;
  readText(projectId: string, path: string): Promise<string | null>;
  setLanguage(projectId: string, detection: Detection): Promise<void>;
  createWorkspace(projectId: string, language: string): Promise<void>;
  limits: ImportLimits;
}

/** Thrown when the import must be looked at again: the message comes again, with growing pauses. */
class NotYet extends Error {
  override readonly name = "NotYet";
}

class Cancelled extends Error {}

const MAX_ATTEMPTS = 5;
/** Counts are written down no oftener than this. */
const PROGRESS_EVERY_MS = 250;

/**
 * Does an import from where it is: downloads, stores, replaces the tree at once, detects, and hands over to the workspace.
 * Safe to call at any time and as often as one likes. Throws `NotYet` when it must be called again.
 */
export async function runImport(importId: string, ports: ImportPorts): Promise<void> {
  const claimed = await claimImport(importId);
  if (claimed === null) {
    if (await isBusy(importId)) throw new NotYet("another worker is on it");
    return;
  }
  const abort = new AbortController();
  const renewal = setInterval(() => {
    renewLease(importId).then(
      ({ cancelRequested, projectDeleted }) => {
        if (cancelRequested || projectDeleted) abort.abort(new Cancelled("the import was cancelled"));
      },
      (error: unknown) => log.warn("a lease could not be renewed", { importId, cause: redactedMessage(error) }),
    );
  }, RENEW_EVERY_MS);
  try {
    if (claimed.cancelRequested) throw new Cancelled("the import was cancelled");
    await bringIn(claimed, ports, abort.signal);
    await finishImport(importId, "succeeded");
  } catch (error) {
    await handleFailure(claimed, error);
  } finally {
    clearInterval(renewal);
    await releaseLease(importId);
    announceUpdate(importId);
  }
}

async function bringIn(claimed: ClaimedImport, ports: ImportPorts, signal: AbortSignal): Promise<void> {
  const { id, projectId } = claimed;
  // A worker that died behind the commit has brought the files in already.
  if (!(await isCommitted({ projectId, stageId: id }))) await storeTree(claimed, ports, signal);
  signal.throwIfAborted();
  await moveTo(id, "detecting");
  const detection = await detectTree(projectId, ports);
  await setDetection(id, detection);
  await ports.setLanguage(projectId, detection);
  signal.throwIfAborted();
  await moveTo(id, "provisioning");
  await ports.createWorkspace(projectId, detection.framework ?? detection.language);
}

async function storeTree(claimed: ClaimedImport, ports: ImportPorts, signal: AbortSignal): Promise<void> {
  const { id, projectId, repository, ref } = claimed;
  await moveTo(id, "downloading");
  const [owner = "", name = ""] = repository.split("/");
  const archive = await ports
    .github(claimed)
    .downloadArchive({ owner, name, ...(ref === null ? {} : { ref }) }, signal);
  const tree = await openStagedTree({ projectId, stageId: id });
  try {
    const progress = new Progress(id);
    const report = await readArchive(archive, {
      limits: ports.limits,
      folder: "",
      signal,
      onEntry: (entry) => tree.add(entry),
      onProgress: (counts) => progress.note(counts),
    });
    await progress.settled();
    await setCounts(id, report);
    await moveTo(id, "storing");
    const { cancelRequested, projectDeleted } = await renewLease(id);
    if (cancelRequested || projectDeleted) throw new Cancelled("the import was cancelled");
    await tree.commit();
  } catch (error) {
    await tree.discard();
    throw error;
  }
}

async function moveTo(id: string, status: "downloading" | "storing" | "detecting" | "provisioning"): Promise<void> {
  await setStatus(id, status);
  announceUpdate(id);
}

async function detectTree(projectId: string, ports: ImportPorts): Promise<Detection> {
  const paths = await ports.listPaths(projectId);
  const detection = await detect({ paths, readText: (path) => ports.readText(projectId, path) });
  log.info(`[GitHub Import] Detected ${detection.label} project`, { projectId, language: detection.language });
  return detection;
}

/** What may pass is tried again a few times; all else ends the import with a reason. The tree is as it was, either way. */
async function handleFailure({ id, attempts }: ClaimedImport, error: unknown): Promise<void> {
  if (error instanceof Cancelled) return await finishImport(id, "cancelled");
  if (error instanceof DomainError && error.reason === "project_not_found") return await finishImport(id, "cancelled");
  const mayPass = !(error instanceof DomainError) || error.retryable;
  const last = attempts >= MAX_ATTEMPTS;
  if (mayPass && !last) {
    log.warn("an import's attempt failed; it will be tried again", {
      importId: id,
      attempts,
      cause: redactedMessage(error),
    });
    throw new NotYet("the attempt failed", { cause: error });
  }
  if (!(error instanceof DomainError)) log.error("an import failed", { importId: id, cause: redactedMessage(error) });
  const failure =
    error instanceof DomainError
      ? { reason: error.reason, message: error.message, hint: error.hint }
      : { reason: "import_interrupted", message: "the import broke off several times", hint: "Try the import again." };
  await finishImport(id, "failed", failure);
}

/** Writes counts down now and then, one write at a time. */
class Progress {
  #last = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(private readonly importId: string) {}

  note(report: ArchiveReport): void {
    const now = performance.now();
    if (now - this.#last < PROGRESS_EVERY_MS) return;
    this.#last = now;
    const counts = { ...report, skipped: [...report.skipped] };
    this.#writing = this.#writing.then(async () => {
      try {
        await setCounts(this.importId, counts);
        announceUpdate(this.importId);
      } catch (error) {
        // The counts come again; what is stored does not depend on them.
        log.warn("progress could not be written", { importId: this.importId, cause: redactedMessage(error) });
      }
    });
  }

  async settled(): Promise<void> {
    await this.#writing;
  }
}
