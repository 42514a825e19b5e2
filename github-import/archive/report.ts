/** Something of the archive that is not in the tree as it stands there, or needs attention, and why. */
export interface SkippedEntry {
  path: string;
  /** A word of the table in docs/github-import.md. */
  reason: string;
}

export interface ArchiveReport {
  files: number;
  bytes: number;
  /** The commit that git wrote into the archive, if it did. */
  commitId: string | null;
  skipped: SkippedEntry[];
  /** All of them; `skipped` names the first ones only. */
  skippedCount: number;
}

/** So many are named; the rest is counted. */
const MAX_NAMED = 1_000;

/** The report while it is being written. */
export class ReportWriter {
  readonly report: ArchiveReport = { files: 0, bytes: 0, commitId: null, skipped: [], skippedCount: 0 };

  skip(path: string, reason: string): void {
    this.report.skippedCount += 1;
    if (this.report.skipped.length < MAX_NAMED) this.report.skipped.push({ path, reason });
  }

  addFile(bytes: number): void {
    this.report.files += 1;
    this.report.bytes += bytes;
  }

  /** A later entry of the same path takes the place of this one. */
  removeFile(bytes: number): void {
    this.report.files -= 1;
    this.report.bytes -= bytes;
  }
}
