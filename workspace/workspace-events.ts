import { db } from "../database";

/** One line of a workspace's log. */
export interface WorkspaceEvent {
  id: number;
  at: string;
  /** `status`: it changed. `step`: something was done on the way. `failure`: something went wrong. */
  kind: "status" | "step" | "failure";
  message: string;
  /** The fixed reason of a failure. */
  reason: string | null;
  /** Daytona's own answer to what failed, without secrets. */
  detail: string | null;
}

/** The lines behind the one with the id `after`, oldest first. */
export async function listEvents(
  workspaceId: string,
  { after, limit }: { after: number; limit: number },
): Promise<WorkspaceEvent[]> {
  const rows = await db.queryAll<Omit<WorkspaceEvent, "at"> & { at: Date }>`
    SELECT id, at, kind, message, reason, detail FROM workspace_events
    WHERE workspace_id = ${workspaceId}::uuid AND id > ${after} ORDER BY id LIMIT ${limit}`;
  return rows.map((row) => ({ ...row, id: Number(row.id), at: row.at.toISOString() }));
}
