import { collectContents, GRACE_MINUTES } from "./collector";
import { type ContentProblem, checkContents, withdraw } from "./content-check";
import { doomOrphans, findOrphans, type Orphans } from "./orphans";
import { type CountProblem, countAnew, findWrongCounts } from "./tree-counts";

export interface IntegrityReport {
  contents: number;
  bytes: number;
  problems: ContentProblem[];
  /** Trees that count otherwise than their rows. */
  counts: CountProblem[];
  orphans: Orphans;
  /** Absent unless repairing was asked for; `counted` trees count anew. */
  repaired?: { collected: number; orphansRemoved: number; withdrawn: number; counted: number };
  /** Nothing is wrong, or nothing but what was repaired. */
  clean: boolean;
}

export interface IntegrityOptions {
  /** One project's contents, and no search for bytes without a row; everything, unless given. */
  projectId?: string | undefined;
  repair: boolean;
  /** How long what nothing refers to is left alone. */
  graceMinutes?: number | undefined;
  onPage?: (contents: number) => void;
}

const PAGE = 500;
const NO_ORPHANS: Orphans = { waiting: 0, overdue: 0, bytesOnly: [], foreign: 0 };

/**
 * Holds every row to its content, every tree to its rows and, for the whole system, every content to its rows. Repairing
 * removes what nothing leads to, has trees count anew, and keeps damaged contents from being used again; what is referred to
 * is never touched.
 */
export async function checkIntegrity(options: IntegrityOptions): Promise<IntegrityReport> {
  const { projectId, repair, graceMinutes = GRACE_MINUTES } = options;
  const { contents, bytes, problems } = await checkAllContents(options);
  const counts = await findWrongCounts(projectId);
  const orphans = projectId === undefined ? await findOrphans({ graceMinutes }) : NO_ORPHANS;
  if (!repair) {
    const clean = problems.length === 0 && counts.length === 0 && isTidy(orphans);
    return { contents, bytes, problems, counts, orphans, clean };
  }
  const withdrawn = await withdraw(problems);
  await doomOrphans(orphans.bytesOnly);
  const collected = await collectContents({ graceMinutes, ...(projectId === undefined ? {} : { projectId }) });
  const counted = await countAnew(counts);
  const repaired = { collected, orphansRemoved: orphans.bytesOnly.length, withdrawn, counted };
  return { contents, bytes, problems, counts, orphans, repaired, clean: problems.length === 0 };
}

function isTidy({ overdue, bytesOnly }: Orphans): boolean {
  return overdue === 0 && bytesOnly.length === 0;
}

async function checkAllContents({ projectId, onPage }: IntegrityOptions) {
  const total = { contents: 0, bytes: 0, problems: [] as ContentProblem[] };
  for (let after: string | undefined; ; ) {
    const page = await checkContents({ projectId, after, limit: PAGE });
    total.contents += page.contents;
    total.bytes += page.bytes;
    total.problems.push(...page.problems);
    onPage?.(total.contents);
    if (page.last === undefined) return total;
    after = page.last;
  }
}
