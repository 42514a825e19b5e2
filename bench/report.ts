/** What a benchmark found. */
export interface Report {
  /** For people. */
  lines: string[];
  /** For machines: by the names that the documentation gives. */
  ratios: Record<string, unknown>;
}

/** What may be asked of a benchmark. */
export interface BenchOptions {
  /** How long it goes on, for one that measures over time. */
  seconds?: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
