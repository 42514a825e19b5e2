import log from "../platform/log";
import { processEnd } from "../platform/process-end";
import { redactedMessage } from "../platform/redaction";
import { committedStage, openStagedTree, openStageView, type StageView } from "../vfs/staged-tree";
import { readArchive } from "./archive/read-archive";
import type { ArchiveReport } from "./archive/report";
import { detect } from "./detection/detect";
import type { Detection } from "./detection/detection";
import { badAnswer } from "./github/answers";
import type { GitHubClient } from "./github/github-client";
import { formerImport } from "./import-events";
import { Cancelled, handleFailure, NotYet, requireFewAttempts } from "./import-failure";
import {
  type ClaimedImport,
  claimImport,
  isUnfinished,
  RENEW_EVERY_MS,
  releaseLease,
  renewLease,
} from "./import-lease";
import { ImportProgress } from "./import-progress";
import { enterProvisioning, enterStatus, finishImport, setDetection, setSource, setUnchanged } from "./import-steps";
import type { ImportLimits } from "./limits";
import { type ResolvedSource, resolveSource } from "./resolve";
import { announceUpdate, onCancel } from "./updates";

/** What an import needs of the world outside its own service. */
export interface ImportPorts {
  github(claimed: ClaimedImport): GitHubClient;
  setLanguage(projectId: string, detection: Detection): Promise<void>;
  createWorkspace(projectId: string, detection: Detection): Promise<void>;
  limits: ImportLimits;
  /** The pause before the attempt after this one. */
  pauseSeconds: (attempt: number) => number;
}

/** A manifest is never larger. */
const MAX_MANIFEST_BYTES = 1024 * 1024;

/**
 * Does an import from where it is: downloads, stores, detects, brings the files into the project's tree at once, and hands
 * over to the workspace. Safe to call at any time and as often as one likes. Throws `NotYet` when it must be called again.
 */
export async function runImport(importId: string, ports: ImportPorts): Promise<void> {
  if (processEnd.aborted) throw new NotYet("the process is asked to end");
  const claimed = await claimImport(importId);
  if (claimed === null) {
    if (await isUnfinished(importId)) throw new NotYet("another worker is on it, or it waits");
    return;
  }
  await new ImportRun(claimed, ports).run();
}

class ImportRun {
  readonly #abort = new AbortController();
  #committed: boolean;

  constructor(
    private readonly claimed: ClaimedImport,
    private readonly ports: ImportPorts,
  ) {
    this.#committed = claimed.status === "provisioning";
  }

  async run(): Promise<void> {
    const { id, cancelRequested } = this.claimed;
    const renewal = setInterval(() => void this.#renew(), RENEW_EVERY_MS);
    const stopListening = onCancel(id, () => this.#cancel());
    const onEnd = (): void => this.#abort.abort(new NotYet("the process is asked to end"));
    processEnd.addEventListener("abort", onEnd, { once: true });
    try {
      if (cancelRequested && !this.#committed) throw new Cancelled();
      if (!this.#committed) requireFewAttempts(this.claimed);
      await this.#bringIn();
    } catch (error) {
      await handleFailure(this.claimed, error, { committed: this.#committed, pauseSeconds: this.ports.pauseSeconds });
    } finally {
      clearInterval(renewal);
      stopListening();
      processEnd.removeEventListener("abort", onEnd);
      await releaseLease(id);
      announceUpdate(id);
    }
  }

  async #renew(): Promise<void> {
    try {
      const { cancelRequested, projectDeleted } = await renewLease(this.claimed.id);
      if (cancelRequested || projectDeleted) this.#cancel();
    } catch (error) {
      log.warn("a lease could not be renewed", { importId: this.claimed.id, cause: redactedMessage(error) });
    }
  }

  #cancel(): void {
    this.#abort.abort(new Cancelled("the import was cancelled"));
  }

  async #bringIn(): Promise<void> {
    const { id, projectId, repository } = this.claimed;
    if (this.#committed) return await this.#handOver(this.claimed.detection ?? (await this.#detect(openStageView(id))));
    await this.#enter("downloading", `Asking GitHub for ${repository}`);
    const client = this.ports.github(this.claimed);
    const baseId = await committedStage(projectId);
    const former = baseId === null ? null : await formerImport(baseId);
    const source = await this.#resolve(client, former);
    const isSame = former?.commitId === source.commitId && former.folder === source.folder;
    if (baseId !== null && isSame && former.repository === repository && !this.claimed.overwrite) {
      await setUnchanged(id, { sameAs: baseId, commitId: source.commitId });
      const message = `Commit ${short(source.commitId)} is imported already: nothing has changed`;
      return await finishImport(id, { status: "succeeded", message });
    }
    await this.#handOver(await this.#storeTree(client, source));
  }

  async #resolve(client: GitHubClient, former: Awaited<ReturnType<typeof formerImport>>): Promise<ResolvedSource> {
    const { id, repository, ref, folder, treePath } = this.claimed;
    const asBefore = former?.repository === repository && former.ref === ref && treePath === null;
    const known = asBefore && former.commitId !== null ? { commitId: former.commitId, etag: former.etag } : undefined;
    const wanted = { ...nameOf(repository), ref, folder, treePath };
    const source = await resolveSource(client, wanted, { known, signal: this.#abort.signal });
    await setSource(id, source);
    return source;
  }

  /** Reads the archive into a stage, tells what it is, and brings it into the project's tree. */
  async #storeTree(client: GitHubClient, { commitId, folder }: ResolvedSource): Promise<Detection> {
    const { id, projectId, repository, overwrite } = this.claimed;
    const { signal } = this.#abort;
    const archive = await client.downloadArchive(nameOf(repository), { commitId, signal });
    const tree = await openStagedTree({ projectId, stageId: id });
    try {
      const progress = new ImportProgress(id);
      const report = await readArchive(archive, {
        limits: this.ports.limits,
        folder,
        signal,
        onEntry: (entry) => tree.add(entry),
        onProgress: (counts) => progress.note(counts),
      });
      requireCommit(report, commitId);
      await progress.end(report);
      await this.#enter("storing", `Storing what came of commit ${short(commitId)}`);
      await tree.settle();
      await this.#enter("detecting", "Finding out what it is");
      const detection = await this.#detect(openStageView(id));
      signal.throwIfAborted();
      await tree.commit({
        overwrite,
        guard: async (client, result) => {
          if (!(await enterProvisioning(client, id, { unchanged: false, ...result }))) throw new Cancelled();
        },
      });
      this.#committed = true;
      announceUpdate(id);
      return detection;
    } catch (error) {
      await tree.discard();
      // The database's word that it was done may have got lost.
      this.#committed ||= (await committedStage(projectId)) === id;
      throw error;
    }
  }

  async #detect(view: StageView): Promise<Detection> {
    const paths = await view.listPaths();
    const detection = await detect({ paths, readText: (path) => view.readText(path, MAX_MANIFEST_BYTES) });
    log.info(`[GitHub Import] Detected ${detection.label} project`, {
      projectId: this.claimed.projectId,
      language: detection.language,
    });
    await setDetection(this.claimed.id, detection);
    return detection;
  }

  async #handOver(detection: Detection): Promise<void> {
    const { id, projectId } = this.claimed;
    await this.ports.setLanguage(projectId, detection);
    await this.ports.createWorkspace(projectId, detection);
    await finishImport(id, { status: "succeeded", message: "Imported; the workspace is being prepared" });
  }

  async #enter(status: "downloading" | "storing" | "detecting", message: string): Promise<void> {
    this.#abort.signal.throwIfAborted();
    await enterStatus(this.claimed.id, status, message);
    announceUpdate(this.claimed.id);
  }
}

/** Git writes the commit into the archive; another one than was asked for is none of GitHub's. */
function requireCommit(report: ArchiveReport, commitId: string): void {
  if (report.commitId !== null && report.commitId !== commitId) throw badAnswer("the archive's commit");
}

function nameOf(repository: string): { owner: string; name: string } {
  const [owner = "", name = ""] = repository.split("/");
  return { owner, name };
}

function short(commitId: string): string {
  return commitId.slice(0, 7);
}
