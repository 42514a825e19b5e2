import { db } from "../database";
import log from "../platform/log";
import { redactedMessage } from "../platform/redaction";
import { projectDeleted } from "./events";

/**
 * Marks the project as deleted, which hides it at once, and announces it, so that the other services remove what they
 * keep for it. The announcement is repeated with growing pauses (a message may be lost, a receiver may be down); every
 * receiver takes it as often as it comes.
 */
export async function deleteProject(id: string): Promise<void> {
  await db.exec`
    UPDATE projects SET deleted_at = now(), updated_at = now(), announce_at = now()
    WHERE id = ${id}::uuid AND deleted_at IS NULL`;
  await announceDueDeletions();
}

/** Pauses after the first announcement; when they are used up, the array has no further element and announce_at is NULL. */
const NEXT_ANNOUNCEMENT = `now() + (ARRAY['1 minute', '10 minutes', '1 hour', '1 day']::interval[])[announcements + 1]`;
const BATCH = 100;

/** Announces what is due, each deletion by one process only. A failed announcement is made again when its next one is due. */
export async function announceDueDeletions(): Promise<void> {
  const due = await db.rawQueryAll<{ id: string }>(
    `UPDATE projects SET announcements = announcements + 1, announce_at = ${NEXT_ANNOUNCEMENT}
     WHERE id IN (SELECT id FROM projects WHERE announce_at <= now() ORDER BY announce_at LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING id`,
    BATCH,
  );
  for (const { id } of due) {
    try {
      await projectDeleted.publish({ projectId: id });
    } catch (error) {
      log.warn("a project's deletion could not be announced; it will be again", {
        projectId: id,
        cause: redactedMessage(error),
      });
    }
  }
}
