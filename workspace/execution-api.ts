import { api } from "encore.dev/api";
import { z } from "zod";
import { parseInput } from "../platform/input";
import { ownedWorkspace } from "./access";
import { type CommandResult, runCode, runCommand } from "./execution";
import { commandFields, environmentFields, timeoutField } from "./execution-input";

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

const execInput = z.object({ ...commandFields, timeoutSeconds: timeoutField });

/** Runs a command in the workspace's sandbox and waits for its end. */
export const exec = api(
  { expose: true, auth: true, method: "POST", path: "/workspace/:workspaceId/exec" },
  async (request: ExecRequest): Promise<CommandResult> => {
    const item = await ownedWorkspace(request.workspaceId);
    const { command, cwd, env, timeoutSeconds } = parseInput(execInput, request);
    return await runCommand(item, { command, cwd, env, timeoutSeconds });
  },
);

interface CodeRunRequest {
  workspaceId: string;
  /** A whole program. */
  code: string;
  /** The workspace's own language when absent. */
  language?: "typescript" | "javascript" | "python";
  /** What the program finds as its arguments. */
  arguments?: string[];
  env?: Record<string, string>;
  /** 1 to 600; 60 when absent. */
  timeoutSeconds?: number;
}

const codeRunInput = z.object({
  code: z.string().min(1, "must not be empty").max(1_000_000),
  language: z.enum(["typescript", "javascript", "python"]).optional(),
  arguments: z.array(z.string()).max(1_000).default([]),
  ...environmentFields,
  timeoutSeconds: timeoutField,
});

/** Runs a program, outside of the project's folder, and waits for its end. TypeScript is run without checking its types. */
export const codeRun = api(
  { expose: true, auth: true, method: "POST", path: "/workspace/:workspaceId/code-run" },
  async (request: CodeRunRequest): Promise<CommandResult> => {
    const item = await ownedWorkspace(request.workspaceId);
    const { code, language, env, timeoutSeconds, ...rest } = parseInput(codeRunInput, request);
    return await runCode(item, { code, language, env, timeoutSeconds, arguments: rest.arguments });
  },
);
