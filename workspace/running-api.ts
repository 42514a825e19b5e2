import { api, type Query } from "encore.dev/api";
import { z } from "zod";
import { parseInput } from "../platform/input";
import { ownedWorkspace } from "./access";
import { toolboxForUse, toolboxOf } from "./execution";
import { environmentFields, portField, previewSecondsField } from "./execution-input";
import { portOf, preview, type RunState, runProject, runState } from "./running";

interface RunRequest {
  workspaceId: string;
  /** A line for the shell that starts the project; as detected when absent. */
  start?: string;
  /** Where it will listen, told to it as PORT; as detected, or 3000, when absent. */
  port?: number;
  env?: Record<string, string>;
  /** Ends what runs, and begins anew. */
  restart?: boolean;
  /** How long the answer waits for the port, 0 to 300; 60 when absent. */
  waitSeconds?: number;
  /** How long the preview is valid, 1 to 86400; 3600 when absent. */
  previewSeconds?: number;
}

const runInput = z.object({
  start: z.string().min(1).max(10_000).optional(),
  port: portField.optional(),
  ...environmentFields,
  restart: z.boolean().default(false),
  waitSeconds: z.number().int().min(0).max(300).default(60),
  previewSeconds: previewSecondsField,
});

/** Installs, builds and starts the project in the background, waits for its port, and gives its preview. */
export const run = api(
  { expose: true, auth: true, method: "POST", path: "/workspace/:workspaceId/run" },
  async (request: RunRequest): Promise<RunState> => {
    const item = await ownedWorkspace(request.workspaceId);
    const { start, port, env, ...rest } = parseInput(runInput, request);
    return await runProject(item, await toolboxOf(item), { start, port, env, ...rest });
  },
);

interface PreviewQuery {
  workspaceId: string;
  /** The port of the running project when absent. */
  port?: Query<number>;
  /** How long the address is valid, 1 to 86400; 3600 when absent. */
  seconds?: Query<number>;
}

const previewInput = z.object({ port: portField.optional(), seconds: previewSecondsField });

/** What became of the project that was started with `run`. */
export const getRun = api(
  { expose: true, auth: true, method: "GET", path: "/workspace/:workspaceId/run" },
  async (request: PreviewQuery): Promise<RunState> => {
    const item = await ownedWorkspace(request.workspaceId);
    const { port, seconds } = parseInput(previewInput, request);
    return await runState(await toolboxOf(item), { port: portOf(item, port), previewSeconds: seconds });
  },
);

interface UrlResponse {
  port: number;
  url: string;
  expiresAt: string;
}

/** An address of what listens at a port of the sandbox. Whoever has it needs nothing else, until it expires. */
export const getUrl = api(
  { expose: true, auth: true, method: "GET", path: "/workspace/:workspaceId/url" },
  async (request: PreviewQuery): Promise<UrlResponse> => {
    const item = await ownedWorkspace(request.workspaceId);
    const { port: asked, seconds } = parseInput(previewInput, request);
    const port = portOf(item, asked);
    return { port, ...(await preview(await toolboxOf(item), { port, seconds })) };
  },
);

interface SshRequest {
  workspaceId: string;
  /** 1 to 1440; 60 when absent. */
  minutes?: number;
}

interface SshResponse {
  /** A line for the shell. */
  command: string;
  token: string;
  expiresAt: string;
}

const sshInput = z.object({ minutes: z.number().int().min(1).max(1_440).default(60) });

/** Access to the sandbox by SSH. The token expires; a new one ends the one before. */
export const createSshAccess = api(
  { expose: true, auth: true, method: "POST", path: "/workspace/:workspaceId/ssh" },
  async (request: SshRequest): Promise<SshResponse> => {
    const { minutes } = parseInput(sshInput, request);
    const { command, token, expiresAt } = await (await toolboxForUse(request.workspaceId)).sshAccess(minutes);
    return { command, token, expiresAt: expiresAt.toISOString() };
  },
);
