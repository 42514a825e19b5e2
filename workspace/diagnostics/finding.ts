/** What a check found. */
export interface Finding {
  /** A fixed word, such as `api_url`. */
  check: string;
  /** `advice` is worth knowing and hinders nothing; a `problem` does. */
  level: "ok" | "advice" | "problem";
  /** What was seen. */
  message: string;
  cause?: string;
  remedy?: string;
  /** Where docs/daytona-configuration.md tells more. */
  section?: string;
  /** Ids of the workspaces concerned, the first few. */
  workspaces?: string[];
}

/** Headings of the page, each of which some check leads to; a test compares them. */
export const SECTIONS = {
  sdkLineMissing: "The `✓ Daytona SDK initialized` line is missing",
  runningWithoutSandbox: "The workspace is `running`, but `daytonaSandboxId` is null",
  cannotSync: "`Cannot sync status - no Daytona SDK`",
  staysInStarting: "The workspace stays in `starting`",
  unauthorized: "`error`, reason `daytona_unauthorized`",
  wrongUrl: "`error`, reason `daytona_wrong_url`",
  quota: "`error`, reason `daytona_quota_exceeded`",
  sandboxFailed: "`error`, reason `daytona_sandbox_failed` or `daytona_timeout`",
  sandboxMissing: "`error`, reason `daytona_sandbox_missing`",
  otherError: "`error`, any other reason",
  unknownLanguage: "`Unknown language '<name>'` in the log",
  developmentMode: "`exec` answers `failed_precondition`, reason `development_mode`",
} as const;

export type SectionName = keyof typeof SECTIONS;

export function sectionLink(name: SectionName): string {
  return `docs/daytona-configuration.md#${anchorOf(SECTIONS[name])}`;
}

/** As GitHub makes them of headings. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\- ]/gu, "")
    .replaceAll(" ", "-");
}
