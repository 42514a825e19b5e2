import { api, type Header, type Query } from "encore.dev/api";
import { z } from "zod";
import { ownedProject } from "../auth/ownership";
import { DomainError } from "../platform/errors";
import { parseInput, projectLanguage } from "../platform/input";
import { bigintKey, decodeCursor, encodeCursor, pageLimit } from "../platform/page";
import { ownedWorkspace } from "./access";
import { deleteWorkspace, ensureWorkspace, restartWorkspace, startWorkspace, stopWorkspace } from "./lifecycle";
import type { Workspace } from "./workspace";
import { listEvents, type WorkspaceEvent } from "./workspace-events";
import { findProjectWorkspace, toWorkspace } from "./workspace-store";

interface CreateWorkspaceRequest {
  projectId: string;
  /** A language or framework; `typescript` when absent. */
  language?: string;
  /** The same request again under the same key gets the first one's answer, for a day. */
  idempotencyKey?: Header<"Idempotency-Key">;
}

const createInput = z.object({ language: projectLanguage.default("typescript") });

/** The project's workspace, created when it has none. */
export const createWorkspace = api(
  { expose: true, auth: true, method: "POST", path: "/workspace/create", tags: ["creates"] },
  async (request: CreateWorkspaceRequest): Promise<Workspace> => {
    const { projectId } = request;
    const project = await ownedProject(projectId);
    const { language } = parseInput(createInput, request);
    return toWorkspace(await ensureWorkspace({ projectId, projectName: project.name, language }));
  },
);

interface WorkspaceIdRequest {
  workspaceId: string;
}

/** A workspace: its state, and what is known of its sandbox. */
export const getWorkspace = api(
  { expose: true, auth: true, method: "GET", path: "/workspace/:workspaceId" },
  async ({ workspaceId }: WorkspaceIdRequest): Promise<Workspace> => toWorkspace(await ownedWorkspace(workspaceId)),
);

interface ProjectWorkspaceRequest {
  projectId: string;
}

/** The project's workspace; it is not created when it has none. */
export const getProjectWorkspace = api(
  { expose: true, auth: true, method: "GET", path: "/workspace/project/:projectId" },
  async ({ projectId }: ProjectWorkspaceRequest): Promise<Workspace> => {
    await ownedProject(projectId);
    const item = await findProjectWorkspace(projectId);
    if (item === null) throw new DomainError("workspace_not_found", `the project ${projectId} has no workspace yet`);
    return toWorkspace(item);
  },
);

/** Starts a workspace that is stopped, has failed, or was made in development mode. */
export const start = api(
  { expose: true, auth: true, method: "POST", path: "/workspace/:workspaceId/start" },
  async ({ workspaceId }: WorkspaceIdRequest): Promise<Workspace> =>
    toWorkspace(await startWorkspace(await ownedWorkspace(workspaceId))),
);

/** Stops the sandbox; the files stay in it. */
export const stop = api(
  { expose: true, auth: true, method: "POST", path: "/workspace/:workspaceId/stop" },
  async ({ workspaceId }: WorkspaceIdRequest): Promise<Workspace> =>
    toWorkspace(await stopWorkspace(await ownedWorkspace(workspaceId))),
);

/** Stops and starts the sandbox, for instance to end whatever runs in it. */
export const restart = api(
  { expose: true, auth: true, method: "POST", path: "/workspace/:workspaceId/restart" },
  async ({ workspaceId }: WorkspaceIdRequest): Promise<Workspace> =>
    toWorkspace(await restartWorkspace(await ownedWorkspace(workspaceId))),
);

/** Deletes the workspace from any state, and its sandbox. */
export const remove = api(
  { expose: true, auth: true, method: "DELETE", path: "/workspace/:workspaceId" },
  async ({ workspaceId }: WorkspaceIdRequest): Promise<void> => {
    await deleteWorkspace((await ownedWorkspace(workspaceId)).id);
  },
);

interface LogsRequest {
  workspaceId: string;
  /** 1 to 200; 50 when absent. */
  limit?: Query<number>;
  /** `nextCursor` of the previous page. */
  cursor?: Query<string>;
}

interface LogsPage {
  items: WorkspaceEvent[];
  nextCursor?: string;
}

/** Everything that happened to the workspace, oldest first. */
export const getLogs = api(
  { expose: true, auth: true, method: "GET", path: "/workspace/:workspaceId/logs" },
  async ({ workspaceId, limit, cursor }: LogsRequest): Promise<LogsPage> => {
    const item = await ownedWorkspace(workspaceId);
    const size = parseInput(z.object({ limit: pageLimit }), { limit }).limit;
    const after = cursor === undefined ? 0 : decodeCursor(cursor, z.tuple([bigintKey]))[0];
    const events = await listEvents(item.id, { after, limit: size + 1 });
    const items = events.slice(0, size);
    const last = items.at(-1);
    return { items, ...(events.length > size && last !== undefined ? { nextCursor: encodeCursor([last.id]) } : {}) };
  },
);
