import { api, type Query } from "encore.dev/api";
import { z } from "zod";
import { type AuditEntry, listAudit } from "../platform/audit";
import { parseInput } from "../platform/input";
import { pageLimit } from "../platform/page";
import { currentUser } from "./current-user";

interface ListAuditRequest {
  /** Only what was done to this project. */
  projectId?: Query<string>;
  /** 1 to 200; 50 when absent. */
  limit?: Query<number>;
  /** `nextCursor` of the previous page. */
  cursor?: Query<string>;
}

interface AuditPage {
  items: AuditEntry[];
  nextCursor?: string;
}

const auditInput = z.object({ projectId: z.uuid().optional(), limit: pageLimit, cursor: z.string().optional() });

/** What the signed-in user has done that may have changed something, newest first; kept for 90 days. */
export const getAudit = api(
  { expose: true, auth: true, method: "GET", path: "/audit" },
  async (request: ListAuditRequest): Promise<AuditPage> => {
    const { projectId, limit, cursor } = parseInput(auditInput, request);
    return await listAudit(currentUser(), { projectId, limit, cursor });
  },
);
