import type { Reporter } from "./reporter";
import type { EncoreUse } from "./uses";

/** Resources of encore.dev that this runtime does not provide. Anything else that is imported from it is plain code. */
const REFUSED: Record<string, string[]> = {
  "encore.dev/storage/objects": ["Bucket"],
  "encore.dev/storage/cache": ["CacheCluster"],
};

/** Names, with its place, what the app uses and the runtime lacks; it is never ignored. */
export function refuse(use: EncoreUse, reporter: Reporter): void {
  if (REFUSED[use.package]?.includes(use.name)) {
    reporter.report("E1901", use.node, { detail: `${use.name} of ${use.package}` });
  }
}
