import { APIError, type HandlerResponse, middleware } from "encore.dev/api";
import { z } from "zod";
import { db } from "../database";
import { type Caller, currentCaller } from "./caller";
import { DomainError } from "./errors";
import log from "./log";
import { bigintKey, decodeCursor, encodeCursor } from "./page";
import { redactedMessage } from "./redaction";
import { tally } from "./tally";

const READING = new Set(["GET", "HEAD", "OPTIONS"]);
/** The tag of what acts although it is asked for by GET, as a terminal is. */
const ACTS = "acts";

/**
 * Notes each act that may change something: who, what, when, from where, and how it ended. The row is there before the act
 * begins, so that none is missing; one without an outcome was cut off with its process.
 */
export const keepAudit = middleware({ target: { expose: true, auth: true } }, async (req, next) => {
  const caller = currentCaller();
  const acts = req.requestMeta?.type === "api-call" && req.requestMeta.api.tags.includes(ACTS);
  // A stream has no method.
  const reads = READING.has(caller.method) || req.stream !== undefined;
  if (reads && !acts) return await next(req);
  const id = await begin(caller).catch((error: unknown) => {
    tally.auditFailed("begin");
    throw error;
  });
  try {
    const response = await next(req);
    await end(id, { outcome: rawOutcome(req.rawResponse?.statusCode) ?? "ok", subjectId: madeBy(response) });
    return response;
  } catch (error) {
    await end(id, { outcome: codeOf(error), subjectId: null });
    throw error;
  }
});

async function begin(caller: Caller): Promise<number> {
  const row = await db.queryRow<{ id: number }>`
    INSERT INTO audit_entries (user_id, action, method, path, project_id, subject_id, address, user_agent)
    VALUES (${caller.userId}, ${caller.endpoint}, ${caller.method}, ${caller.path},
      ${idIn(caller, "projectId")}::text::uuid, ${subjectIn(caller)}::text::uuid, ${caller.address}, ${caller.userAgent})
    RETURNING id`;
  if (row === null) throw new Error("an audit entry was not written");
  return row.id;
}

async function end(id: number, { outcome, subjectId }: { outcome: string; subjectId: string | null }): Promise<void> {
  try {
    await db.exec`
      UPDATE audit_entries SET outcome = ${outcome}, subject_id = COALESCE(${subjectId}::text::uuid, subject_id)
      WHERE id = ${id}`;
  } catch (error) {
    // The act is done, and its row is there; only how it ended is lost.
    tally.auditFailed("end");
    log.error("an audit entry's outcome could not be written", { auditId: id, cause: redactedMessage(error) });
  }
}

const uuid = z.uuid();

function idIn({ pathParams, payload }: Caller, name: string): string | null {
  const found = uuid.safeParse(pathParams[name] ?? payload?.[name]);
  return found.success ? found.data : null;
}

/** The id in the path that is not the project's: the workspace's or the import's. */
function subjectIn({ pathParams }: Caller): string | null {
  const found = Object.entries(pathParams).find(
    ([name, value]) => name !== "projectId" && uuid.safeParse(value).success,
  );
  return found === undefined ? null : uuid.parse(found[1]);
}

const made = z.object({ id: z.uuid() });

/** What a creation gives back has an id. */
function madeBy({ payload }: HandlerResponse): string | null {
  const found = made.safeParse(payload);
  return found.success ? found.data.id : null;
}

function rawOutcome(status: number | undefined): string | undefined {
  return status === undefined || status < 400 ? undefined : `http_${status}`;
}

function codeOf(error: unknown): string {
  if (error instanceof DomainError) return error.code;
  return error instanceof APIError ? error.code : "internal";
}

/** An act, as the one who did it reads it. */
export interface AuditEntry {
  id: number;
  at: string;
  /** `service.endpoint` */
  action: string;
  method: string;
  path: string;
  projectId: string | null;
  /** The workspace, import or project that it was done to, or that it made. */
  subjectId: string | null;
  address: string | null;
  userAgent: string | null;
  /** `ok`, or an error code; null when it was cut off. */
  outcome: string | null;
}

export interface AuditFilter {
  projectId: string | undefined;
  limit: number;
  cursor: string | undefined;
}

/** The user's own acts, newest first. Throws `invalid_cursor`. */
export async function listAudit(
  userId: string,
  { projectId, limit, cursor }: AuditFilter,
): Promise<{ items: AuditEntry[]; nextCursor?: string }> {
  const before = cursor === undefined ? null : decodeCursor(cursor, z.tuple([bigintKey]))[0];
  const rows = await db.queryAll<Omit<AuditEntry, "at"> & { at: Date }>`
    SELECT id, at, action, method, path, project_id AS "projectId", subject_id AS "subjectId", address,
      user_agent AS "userAgent", outcome
    FROM audit_entries
    WHERE user_id = ${userId} AND (${before}::bigint IS NULL OR id < ${before}::bigint)
      AND (${projectId ?? null}::text IS NULL OR project_id = ${projectId ?? null}::text::uuid)
    ORDER BY id DESC LIMIT ${limit + 1}`;
  const items = rows.slice(0, limit).map((row) => ({ ...row, at: row.at.toISOString() }));
  const last = items.at(-1);
  return { items, ...(rows.length > limit && last !== undefined ? { nextCursor: encodeCursor([last.id]) } : {}) };
}
