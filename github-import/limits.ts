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
}

export const DEFAULT_LIMITS: ImportLimits = {
  files: 50_000,
  bytes: 2 * 1024 ** 3,
  fileBytes: 256 * 1024 ** 2,
  ratio: 200,
  ratioFromBytes: 64 * 1024 ** 2,
  milliseconds: 30 * 60_000,
};
