import { z } from "zod";

/** What an import may bring. Each limit refuses as soon as it is known to be passed. */
export interface ImportLimits {
  files: number;
  /** Unpacked, all files together. */
  bytes: number;
  fileBytes: number;
  /** Unpacked bytes to packed ones; looked at once `ratioFromBytes` are unpacked. */
  ratio: number;
  ratioFromBytes: number;
  /** From the first byte to the last. */
  milliseconds: number;
  /** A download that gives nothing for this long has stalled. */
  idleMilliseconds: number;
}

export const DEFAULT_LIMITS: ImportLimits = {
  files: 100_000,
  bytes: 2 * 1024 ** 3,
  fileBytes: 256 * 1024 ** 2,
  ratio: 200,
  ratioFromBytes: 64 * 1024 ** 2,
  milliseconds: 30 * 60_000,
  idleMilliseconds: 30_000,
};

const positive = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER).optional();

const settings = z.object({
  IMPORT_MAX_FILES: positive,
  IMPORT_MAX_BYTES: positive,
  IMPORT_MAX_FILE_BYTES: positive,
  IMPORT_MAX_RATIO: positive,
  IMPORT_MAX_SECONDS: positive,
  IMPORT_IDLE_SECONDS: positive,
});

const shareSettings = z.object({
  VAPORFORM_IMPORTS_PER_USER: positive,
});

const DEFAULT_IMPORTS_PER_USER = 10;

/** How many imports one user may have under way. Throws for a value that is no number. */
export function importsPerUser(environment: Record<string, string | undefined>): number {
  return shareSettings.parse(environment).VAPORFORM_IMPORTS_PER_USER ?? DEFAULT_IMPORTS_PER_USER;
}

/** The limits that the environment sets, and the default for each that it does not. Throws for a value that is no number. */
export function limitsFrom(environment: Record<string, string | undefined>): ImportLimits {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim() !== ""));
  const parsed = settings.safeParse(given);
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => issue.path.join(".")).join(", ");
    throw new Error(`${names} must be a whole number above 0; see docs/github-import.md`);
  }
  const { data } = parsed;
  return {
    files: data.IMPORT_MAX_FILES ?? DEFAULT_LIMITS.files,
    bytes: data.IMPORT_MAX_BYTES ?? DEFAULT_LIMITS.bytes,
    fileBytes: data.IMPORT_MAX_FILE_BYTES ?? DEFAULT_LIMITS.fileBytes,
    ratio: data.IMPORT_MAX_RATIO ?? DEFAULT_LIMITS.ratio,
    ratioFromBytes: DEFAULT_LIMITS.ratioFromBytes,
    milliseconds: inMilliseconds(data.IMPORT_MAX_SECONDS) ?? DEFAULT_LIMITS.milliseconds,
    idleMilliseconds: inMilliseconds(data.IMPORT_IDLE_SECONDS) ?? DEFAULT_LIMITS.idleMilliseconds,
  };
}

function inMilliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}
