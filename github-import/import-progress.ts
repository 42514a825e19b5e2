import log from "../platform/log";
import { redactedMessage } from "../platform/redaction";
import type { ArchiveReport } from "./archive/report";
import { setCounts } from "./import-steps";
import { announceUpdate } from "./updates";

const FIRST_INTERVAL_MS = 250;
/** After so many events the pause between them doubles, so that a long import does not tell endlessly. */
const EVENTS_PER_INTERVAL = 20;

/** Writes counts down now and then, one write at a time. */
export class ImportProgress {
  #next = 0;
  #events = 0;
  #writing: Promise<void> | undefined;

  constructor(private readonly importId: string) {}

  note(report: ArchiveReport): void {
    const now = performance.now();
    if (now < this.#next || this.#writing !== undefined) return;
    this.#events += 1;
    this.#next = now + FIRST_INTERVAL_MS * 2 ** Math.floor(this.#events / EVENTS_PER_INTERVAL);
    // The first one would tell of next to nothing.
    if (this.#events > 1) this.#writing = this.#write(report);
  }

  /** Writes the counts that are final. */
  async end(report: ArchiveReport): Promise<void> {
    await this.#writing;
    await setCounts(this.importId, report, `${report.files} files read`);
  }

  async #write(report: ArchiveReport): Promise<void> {
    try {
      await setCounts(this.importId, { ...report, skipped: [...report.skipped] }, `${report.files} files so far`);
      announceUpdate(this.importId);
    } catch (error) {
      // The counts come again; what is stored does not depend on them.
      log.warn("progress could not be written", { importId: this.importId, cause: redactedMessage(error) });
    } finally {
      this.#writing = undefined;
    }
  }
}
