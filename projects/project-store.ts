import { z } from "zod";
import { db } from "../database";
import { DomainError } from "../platform/errors";
import { decodeCursor, encodeCursor, timeKey } from "../platform/page";
import type { Project } from "./project";

/** Rows carry times as Date; the API speaks RFC 3339 text. */
interface ProjectRow extends Omit<Project, "createdAt" | "updatedAt"> {
  ownerId: string;
  createdAt: Date;
  updatedAt: Date;
}

function toProject(row: ProjectRow): Project {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    language: row.language,
    framework: row.framework,
    repository: row.repository,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

const COLUMNS = `id, owner_id AS "ownerId", name, description, language, framework, repository,
  created_at AS "createdAt", updated_at AS "updatedAt"`;

export interface NewProject {
  ownerId: string;
  name: string;
  description: string;
  repository: string | null;
}

/** Null when the owner has a living project of that name. */
export async function insertProject(project: NewProject): Promise<Project | null> {
  const row = await db.rawQueryRow<ProjectRow>(
    `INSERT INTO projects (owner_id, name, description, repository) VALUES ($1, $2, $3, $4)
     ON CONFLICT (owner_id, name) WHERE deleted_at IS NULL DO NOTHING RETURNING ${COLUMNS}`,
    project.ownerId,
    project.name,
    project.description,
    project.repository,
  );
  return row === null ? null : toProject(row);
}

/** The living project with its owner, or null. */
export async function findProject(id: string): Promise<{ ownerId: string; project: Project } | null> {
  const row = await db.rawQueryRow<ProjectRow>(
    `SELECT ${COLUMNS} FROM projects WHERE id = $1::uuid AND deleted_at IS NULL`,
    id,
  );
  return row === null ? null : { ownerId: row.ownerId, project: toProject(row) };
}

const pageKey = z.tuple([timeKey, z.uuid()]);

export interface ProjectPage {
  items: Project[];
  nextCursor?: string;
}

export interface ListOptions {
  ownerId: string;
  limit: number;
  cursor: string | undefined;
}

/** The owner's living projects, newest first. Throws `invalid_cursor`. */
export async function listProjects({ ownerId, limit, cursor }: ListOptions): Promise<ProjectPage> {
  const [createdAt, id] = cursor === undefined ? [null, null] : decodeCursor(cursor, pageKey);
  // One more than asked for tells whether there is a next page.
  const rows = await db.rawQueryAll<ProjectRow & { sortKey: string }>(
    `SELECT ${COLUMNS}, (created_at AT TIME ZONE 'UTC')::text || '+00' AS "sortKey" FROM projects
     WHERE owner_id = $1 AND deleted_at IS NULL
       AND ($2::text IS NULL OR (created_at, id) < ($2::text::timestamptz, $3::text::uuid))
     ORDER BY created_at DESC, id DESC LIMIT $4`,
    ownerId,
    createdAt,
    id,
    limit + 1,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(toProject),
    ...(rows.length > limit && last !== undefined ? { nextCursor: encodeCursor([last.sortKey, last.id]) } : {}),
  };
}

export interface ProjectChange {
  name?: string;
  description?: string;
}

/** Throws `project_name_taken`; null when the project is gone. */
export async function updateProject(id: string, change: ProjectChange): Promise<Project | null> {
  await using tx = await db.begin();
  const current = await tx.rawQueryRow<ProjectRow>(
    `SELECT ${COLUMNS} FROM projects WHERE id = $1::uuid AND deleted_at IS NULL FOR UPDATE`,
    id,
  );
  if (current === null) return null;
  const name = change.name ?? current.name;
  // The unique index has the last word; looking first gives the common case its proper error, since the database's
  // errors carry no code under Encore.
  const holder = await tx.queryRow`
    SELECT 1 AS one FROM projects
    WHERE owner_id = ${current.ownerId} AND name = ${name} AND id <> ${id}::uuid AND deleted_at IS NULL`;
  if (holder !== null) throw nameTaken(name);
  const updated = await tx.rawQueryRow<ProjectRow>(
    `UPDATE projects SET name = $2, description = $3, updated_at = now() WHERE id = $1::uuid RETURNING ${COLUMNS}`,
    id,
    name,
    change.description ?? current.description,
  );
  await tx.commit();
  return updated === null ? null : toProject(updated);
}

export function nameTaken(name: string): DomainError {
  return new DomainError("project_name_taken", `you already have a project named '${name}'`);
}

export interface DetectedLanguage {
  language: string;
  framework: string | null;
}

export async function setDetectedLanguage(id: string, { language, framework }: DetectedLanguage): Promise<void> {
  await db.exec`
    UPDATE projects SET language = ${language}, framework = ${framework}, updated_at = now()
    WHERE id = ${id}::uuid AND deleted_at IS NULL`;
}
