import { inTransaction, pgPool } from "../platform/pg-pool";

/** A number that a tree's row keeps, and that is not what the tree's other rows say. */
export interface CountProblem {
  projectId: string;
  /** `tree` stands for the row itself, which is missing. */
  counter: "tree" | "entries" | "files" | "bytes" | "version_bytes" | "revision" | "oldest_revision";
  kept: number;
  /** What it has to be; of a revision, at least. */
  counted: number;
}

/**
 * What each tree must count, by its rows. A revision that was given to a row has been; one that versions were pruned of cannot
 * be later than the last.
 */
const COUNTED = `
  SELECT p.project_id, t.project_id IS NULL AS missing,
    t.entries AS kept_entries, COALESCE(e.entries, 0) AS entries,
    t.files AS kept_files, COALESCE(e.files, 0) AS files,
    t.bytes AS kept_bytes, COALESCE(e.bytes, 0) AS bytes,
    t.version_bytes AS kept_version_bytes, COALESCE(v.bytes, 0) AS version_bytes,
    t.revision AS kept_revision, GREATEST(t.revision, e.revision, v.revision, 1) AS revision,
    t.oldest_revision AS kept_oldest_revision,
    LEAST(t.oldest_revision, GREATEST(t.revision, e.revision, v.revision, 1)) AS oldest_revision
  FROM (SELECT project_id FROM vfs_trees UNION SELECT project_id FROM vfs_entries UNION SELECT project_id FROM vfs_versions) p
  LEFT JOIN vfs_trees t ON t.project_id = p.project_id
  LEFT JOIN (
    SELECT project_id, count(*) AS entries, count(*) FILTER (WHERE kind = 'file') AS files, sum(size) AS bytes,
      max(revision) AS revision
    FROM vfs_entries WHERE $1::uuid IS NULL OR project_id = $1 GROUP BY project_id) e ON e.project_id = p.project_id
  LEFT JOIN (
    SELECT project_id, sum(size) AS bytes, max(replaced_in) AS revision
    FROM vfs_versions WHERE $1::uuid IS NULL OR project_id = $1 GROUP BY project_id) v ON v.project_id = p.project_id
  WHERE $1::uuid IS NULL OR p.project_id = $1`;

const COUNTERS = ["entries", "files", "bytes", "version_bytes", "revision", "oldest_revision"] as const;

type CountedRow = { project_id: string; missing: boolean } & Record<string, string | null>;

/** Trees that count otherwise than their rows, of one project or all. One statement: what is written meanwhile counts as a whole. */
export async function findWrongCounts(projectId?: string): Promise<CountProblem[]> {
  const { rows } = await pgPool().query<CountedRow>(COUNTED, [projectId]);
  return rows.flatMap((row): CountProblem[] => {
    if (row.missing) return [{ projectId: row.project_id, counter: "tree", kept: 0, counted: Number(row.entries) }];
    return COUNTERS.flatMap((counter) => {
      const [kept, counted] = [Number(row[`kept_${counter}`]), Number(row[counter])];
      return kept === counted ? [] : [{ projectId: row.project_id, counter, kept, counted }];
    });
  });
}

/** Has the trees count anew. Nobody writes to a tree meanwhile. Gives how many there were. */
export async function countAnew(problems: readonly CountProblem[]): Promise<number> {
  const projects = [...new Set(problems.map(({ projectId }) => projectId))];
  for (const projectId of projects) {
    await inTransaction(async (client) => {
      await client.query("INSERT INTO vfs_trees (project_id) VALUES ($1) ON CONFLICT DO NOTHING", [projectId]);
      await client.query("SELECT 1 FROM vfs_trees WHERE project_id = $1 FOR UPDATE", [projectId]);
      await client.query(
        `UPDATE vfs_trees t SET entries = c.entries, files = c.files, bytes = c.bytes, version_bytes = c.version_bytes,
           revision = c.revision, oldest_revision = c.oldest_revision
         FROM (${COUNTED}) c WHERE t.project_id = c.project_id`,
        [projectId],
      );
    });
  }
  return projects.length;
}
