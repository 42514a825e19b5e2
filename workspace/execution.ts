import { sandboxForUse } from "./lifecycle";
import { PROJECT_FOLDER } from "./workspace";
import type { WorkItem } from "./workspace-store";

/** More output than this is cut off: the answer is JSON and held in memory. */
const MAX_OUTPUT_CHARACTERS = 1024 * 1024;

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

/** Runs a command in the workspace's sandbox, which is started first if it was stopped. */
export async function runCommand(
  item: WorkItem,
  { command, cwd, env, timeoutSeconds }: Command,
): Promise<CommandResult> {
  const { sandboxes, sandboxId } = await sandboxForUse(item);
  const folder = cwd === undefined ? PROJECT_FOLDER : cwd.startsWith("/") ? cwd : `${PROJECT_FOLDER}/${cwd}`;
  const { exitCode, output } = await sandboxes.toolbox(sandboxId).exec({
    command,
    cwd: folder,
    ...(env === undefined ? {} : { env }),
    timeoutSeconds,
  });
  return { exitCode, output: output.slice(0, MAX_OUTPUT_CHARACTERS), truncated: output.length > MAX_OUTPUT_CHARACTERS };
}
