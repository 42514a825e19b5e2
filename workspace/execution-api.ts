import { api } from "encore.dev/api";
import { z } from "zod";
import { parseInput } from "../platform/input";
import { ownedWorkspace } from "./access";
import { runCommand } from "./execution";

interface ExecRequest {
  workspaceId: string;
  /** A line for the shell. */
  command: string;
  /** A folder of the project, or an absolute one; the project's root when absent. */
  cwd?: string;
  env?: Record<string, string>;
  /** 1 to 600; 60 when absent. */
  timeoutSeconds?: number;
}

interface ExecResponse {
  exitCode: number;
  /** stdout and stderr as they came. */
  output: string;
  /** True when output was cut off. */
  truncated: boolean;
}

const execInput = z.object({
  command: z.string().min(1, "must not be empty").max(100_000),
  cwd: z.string().max(4_096).optional(),
  env: z.record(z.string().regex(/^[A-Za-z_]\w*$/, "must be names of variables"), z.string()).optional(),
  timeoutSeconds: z.number().int().min(1).max(600).default(60),
});

/** Runs a command in the workspace's sandbox and waits for its end. */
export const exec = api(
  { expose: true, auth: true, method: "POST", path: "/workspace/:workspaceId/exec" },
  async (request: ExecRequest): Promise<ExecResponse> => {
    const item = await ownedWorkspace(request.workspaceId);
    const { command, cwd, env, timeoutSeconds } = parseInput(execInput, request);
    return await runCommand(item, { command, cwd, env, timeoutSeconds });
  },
);
