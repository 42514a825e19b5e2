import { ownedWorkspace } from "./access";
import type { DaytonaLanguage } from "./languages";
import { sandboxForUse } from "./lifecycle";
import { folderOf } from "./processes";
import type { SandboxCommandResult, Toolbox } from "./toolbox";
import type { WorkItem } from "./workspace-store";

/** More output than this is cut off: the answer is JSON and held in memory. */
const MAX_OUTPUT_CHARACTERS = 1024 * 1024;

/**
 * The toolbox of the caller's workspace, whose sandbox is started first if it was stopped. Throws `workspace_not_found`,
 * `development_mode` and `workspace_not_running`.
 */
export async function toolboxForUse(workspaceId: string): Promise<Toolbox> {
  return await toolboxOf(await ownedWorkspace(workspaceId));
}

export async function toolboxOf(item: WorkItem): Promise<Toolbox> {
  const { sandboxes, sandboxId } = await sandboxForUse(item);
  return sandboxes.toolbox(sandboxId);
}

export interface Command {
  command: string;
  cwd: string | undefined;
  env: Record<string, string> | undefined;
  timeoutSeconds: number;
}

export interface CommandResult {
  exitCode: number;
  /** stdout and stderr as they came. */
  output: string;
  /** True when output was cut off. */
  truncated: boolean;
}

/** Runs a command in the project's folder and waits for its end. */
export async function runCommand(
  item: WorkItem,
  { command, cwd, env, timeoutSeconds }: Command,
): Promise<CommandResult> {
  const toolbox = await toolboxOf(item);
  const variables = env === undefined ? {} : { env };
  return capped(await toolbox.exec({ command, cwd: folderOf(cwd), ...variables, timeoutSeconds }));
}

export interface Code {
  code: string;
  /** The workspace's own when absent. */
  language: DaytonaLanguage | undefined;
  arguments: string[];
  env: Record<string, string> | undefined;
  timeoutSeconds: number;
}

/** Runs a program in one of Daytona's languages and waits for its end. */
export async function runCode(item: WorkItem, { language, env, ...code }: Code): Promise<CommandResult> {
  const toolbox = await toolboxOf(item);
  const variables = env === undefined ? {} : { env };
  return capped(await toolbox.runCode({ ...code, language: language ?? item.language, ...variables }));
}

function capped({ exitCode, output }: SandboxCommandResult): CommandResult {
  return { exitCode, output: output.slice(0, MAX_OUTPUT_CHARACTERS), truncated: output.length > MAX_OUTPUT_CHARACTERS };
}
