import { api, type Query } from "encore.dev/api";
import { z } from "zod";
import { parseInput } from "../platform/input";
import { toolboxForUse } from "./execution";
import { commandFields, processIdField } from "./execution-input";
import {
  type BackgroundProcess,
  endProcess,
  listProcesses,
  type ProcessLog,
  readProcessLog,
  startProcess,
} from "./processes";

interface StartProcessRequest {
  workspaceId: string;
  /** A line for the shell. */
  command: string;
  /** A folder of the project, or an absolute one; the project's root when absent. */
  cwd?: string;
  env?: Record<string, string>;
  /** For people; the command when absent. */
  name?: string;
}

const startInput = z.object({ ...commandFields, name: z.string().min(1).max(200).optional() });

/** Starts a command that goes on by itself, until it ends, is ended, or the sandbox stops. */
export const startBackgroundProcess = api(
  { expose: true, auth: true, method: "POST", path: "/workspace/:workspaceId/processes" },
  async (request: StartProcessRequest): Promise<BackgroundProcess> => {
    const { command, cwd, env, name } = parseInput(startInput, request);
    const toolbox = await toolboxForUse(request.workspaceId);
    return await startProcess(toolbox, { command, cwd, env, name: name ?? command });
  },
);

interface ProcessesRequest {
  workspaceId: string;
}

interface ProcessesResponse {
  items: BackgroundProcess[];
}

/** What was started in the background since the sandbox was started, the oldest first; also what has ended. */
export const listBackgroundProcesses = api(
  { expose: true, auth: true, method: "GET", path: "/workspace/:workspaceId/processes" },
  async ({ workspaceId }: ProcessesRequest): Promise<ProcessesResponse> => ({
    items: await listProcesses(await toolboxForUse(workspaceId)),
  }),
);

interface ProcessLogRequest {
  workspaceId: string;
  processId: string;
  /** `nextOffset` of the previous answer; the beginning when absent. */
  offset?: Query<number>;
}

const logInput = z.object({ processId: processIdField, offset: z.number().int().min(0).default(0) });

/** What a process printed. */
export const getProcessLogs = api(
  { expose: true, auth: true, method: "GET", path: "/workspace/:workspaceId/processes/:processId/logs" },
  async (request: ProcessLogRequest): Promise<ProcessLog> => {
    const { processId, offset } = parseInput(logInput, request);
    return await readProcessLog(await toolboxForUse(request.workspaceId), processId, offset);
  },
);

interface ProcessRequest {
  workspaceId: string;
  processId: string;
}

/** Ends a process and all that it started, and forgets it. */
export const endBackgroundProcess = api(
  { expose: true, auth: true, method: "DELETE", path: "/workspace/:workspaceId/processes/:processId" },
  async (request: ProcessRequest): Promise<void> => {
    const { processId } = parseInput(z.object({ processId: processIdField }), request);
    await endProcess(await toolboxForUse(request.workspaceId), processId);
  },
);
